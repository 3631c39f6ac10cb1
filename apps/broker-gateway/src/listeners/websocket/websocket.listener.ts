import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { listen } from '#thingcore/platform';
import { BROKER_CONFIG, type BrokerConfig } from '../../broker.config.js';
import { SignedUpgrades } from '../../authorization/access-keys/signed-upgrades.js';
import { ANONYMOUS } from '../../connection.js';
import { BROKER_PROFILE, type BrokerProfile } from '../../profile/broker-profile.js';
import { BrokerRates } from '../../rates/broker-rates.js';
import type { Listener } from '../listener.js';
import { MqttDoor } from '../mqtt-door.js';
import { socketAddresses } from '../socket-addresses.js';
import { SocketGuard } from '../socket-guard.js';
import { MQTT_PATH, MqttUpgrade, NOTHING_HERE, UPGRADE_REQUIRED } from './mqtt-upgrade.js';

/** How long a client may take to ask for its WebSocket. */
const UPGRADE_TIMEOUT_MS = 10_000;

/** Plain MQTT over WebSocket, for tools and web pages on the machine itself. Whoever connects is
 * {@link ANONYMOUS}, unless the request is signed with an access key. */
@Injectable()
export class WebSocketListener implements Listener {
  readonly name = 'the WebSocket listener';
  private readonly server: Server;
  private readonly upgrades: MqttUpgrade;

  constructor(
    door: MqttDoor,
    rates: BrokerRates,
    signatures: SignedUpgrades,
    @Inject(BROKER_PROFILE) profile: BrokerProfile,
    @Inject(BROKER_CONFIG) private readonly config: BrokerConfig,
  ) {
    const rules = { ...profile, origins: config.wsOrigins };
    this.upgrades = new MqttUpgrade(rules, (stream, peer) => door.enter(stream, peer), signatures);
    this.server = createServer(
      { noDelay: true, headersTimeout: UPGRADE_TIMEOUT_MS, connectionsCheckingInterval: UPGRADE_TIMEOUT_MS / 2 },
      answerPlainRequest,
    );
    const guard = new SocketGuard(this.server, rates);
    this.server.on('upgrade', (request, socket, head) => {
      const peer = { principal: ANONYMOUS, ...socketAddresses(request.socket) };
      // Until its signature is verified it counts as one whose handshake goes on.
      void this.upgrades.upgrade(request, socket, head, peer).finally(() => guard.settled(request.socket));
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    const { wsPort: port, wsHost: host } = this.config;
    await listen(this.server, { port, host, setting: 'THINGCORE_WS_PORT' });
    this.upgrades.start();
  }

  /** WebSockets that are open belong to the engine. */
  stop(): Promise<void> {
    this.upgrades.stop();
    this.server.close();
    // Those that have not become a WebSocket.
    this.server.closeAllConnections();
    return Promise.resolve();
  }
}

/** Tells those who do not ask for a WebSocket what is here. */
function answerPlainRequest({ url = '' }: IncomingMessage, response: ServerResponse): void {
  const isThere = url.split('?')[0] === MQTT_PATH;
  const { message, headers } = isThere ? UPGRADE_REQUIRED : { message: NOTHING_HERE, headers: { connection: 'close' } };
  response.writeHead(isThere ? 426 : 404, { 'content-type': 'text/plain; charset=utf-8', ...headers });
  response.end(`${message}\n`);
}
