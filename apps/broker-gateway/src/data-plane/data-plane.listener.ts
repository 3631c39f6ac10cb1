import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions, TLSSocket } from 'node:tls';
import { Inject, Injectable } from '@nestjs/common';
import { listen, Logger } from '#thingcore/platform';
import { BROKER_CONFIG, type BrokerConfig } from '../broker.config.js';
import { SignedUpgrades } from '../authorization/access-keys/signed-upgrades.js';
import { certificatePeer } from '../listeners/certificate-peer.js';
import { DeviceTls } from '../listeners/device-tls.js';
import type { Listener } from '../listeners/listener.js';
import { MqttDoor } from '../listeners/mqtt-door.js';
import { socketAddresses } from '../listeners/socket-addresses.js';
import { inFrontOf, SocketGuard } from '../listeners/socket-guard.js';
import { MQTT_PROTOCOLS } from '../listeners/tls.listener.js';
import { MqttUpgrade } from '../listeners/websocket/mqtt-upgrade.js';
import { BROKER_PROFILE, type BrokerProfile } from '../profile/broker-profile.js';
import { BrokerRates } from '../rates/broker-rates.js';
import type { Answer } from './answer.js';
import { DataPlane, type HttpConnection } from './data-plane.js';

/** AWS: protocols, what a client may offer by ALPN to speak HTTPS; it may offer nothing. */
const HTTP_PROTOCOLS = ['x-amzn-http-ca', 'http/1.1'];

const HTTP_OPTIONS = {
  // User properties of 8 KB are 11 KB in base64, beside a topic and the rest.
  maxHeaderSize: 32_768,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 5_000,
  keepAliveTimeout: 60_000,
  noDelay: true,
};

/** How long requests under way may take when the process stops. */
const DRAIN_MS = 5_000;

/**
 * HTTPS with client certificates or signed requests, and with it on the same port MQTT over secure WebSocket at `/mqtt`, and MQTT itself for
 * clients that choose it by ALPN, as AWS has it on port 443.
 */
@Injectable()
export class DataPlaneListener implements Listener {
  readonly name = 'the HTTPS data plane';
  private server: Server | undefined;
  private guard: SocketGuard | undefined;
  private readonly upgrades: MqttUpgrade;
  private readonly connections = new WeakMap<object, HttpConnection>();
  private readonly underWay = new Set<Promise<void>>();
  private isStopping = false;

  constructor(
    private readonly door: MqttDoor,
    private readonly dataPlane: DataPlane,
    private readonly tls: DeviceTls,
    private readonly rates: BrokerRates,
    signatures: SignedUpgrades,
    private readonly logger: Logger,
    @Inject(BROKER_PROFILE) profile: BrokerProfile,
    @Inject(BROKER_CONFIG) private readonly config: BrokerConfig,
  ) {
    const rules = { ...profile, origins: config.wsOrigins };
    this.upgrades = new MqttUpgrade(rules, (stream, peer) => door.enter(stream, peer), signatures);
  }

  get port(): number {
    return (this.server?.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    const server = this.serverOf(await this.tls.options());
    this.server = server;
    const { httpsPort: port, httpsHost: host } = this.config;
    await listen(server, { port, host, setting: 'THINGCORE_HTTPS_PORT' });
    this.upgrades.start();
    this.tls.follow(server);
  }

  /** Finishes the requests that are under way; MQTT connections belong to the engine. */
  async stop(): Promise<void> {
    this.isStopping = true;
    this.upgrades.stop();
    this.server?.close();
    this.guard?.abandon();
    this.server?.closeIdleConnections();
    const patience = new Promise((resolve) => setTimeout(resolve, DRAIN_MS).unref());
    await Promise.race([Promise.all(this.underWay), patience]);
    this.server?.closeAllConnections();
  }

  private serverOf(options: TlsOptions): Server {
    const ALPNProtocols = [...MQTT_PROTOCOLS, ...HTTP_PROTOCOLS];
    const server = createServer({ ...HTTP_OPTIONS, ...options, ALPNProtocols }, (request, response) => {
      guard.settled(request.socket);
      const answered = this.answer(request.socket as TLSSocket, response).finally(() => this.underWay.delete(answered));
      this.underWay.add(answered);
    });
    const guard = new SocketGuard(server, this.rates);
    this.guard = guard;
    inFrontOf<TLSSocket>(server, 'secureConnection', (socket, serveHttp) => {
      if (!MQTT_PROTOCOLS.includes(String(socket.alpnProtocol))) {
        // Until its first request it counts as one whose handshake goes on: it could be kept open in silence.
        serveHttp();
        return;
      }
      guard.settled(socket);
      this.acceptMqtt(socket);
    });
    server.on('upgrade', (request, socket, head) => {
      const peer = certificatePeer(request.socket as TLSSocket);
      void this.upgrades.upgrade(request, socket, head, peer).finally(() => guard.settled(request.socket));
    });
    server.on('tlsClientError', (error, socket) => {
      this.logger.info('a TLS handshake failed', { sourceIp: socket.remoteAddress, reason: error.message });
      socket.destroy();
    });
    return server;
  }

  private acceptMqtt(socket: TLSSocket): void {
    const peer = certificatePeer(socket);
    if (peer !== undefined) {
      this.door.enter(socket, peer);
      return;
    }
    socket.on('error', () => socket.destroy());
    socket.destroy();
  }

  private async answer(socket: TLSSocket, response: ServerResponse): Promise<void> {
    const answer = await this.dataPlane.answer(response.req, this.connectionOf(socket));
    if (response.destroyed) return; // nobody waits for it any more
    const isGone = once(response, 'close');
    send(response, answer, this.isStopping);
    await isGone;
  }

  private connectionOf(socket: TLSSocket): HttpConnection {
    const known = this.connections.get(socket);
    if (known !== undefined) return known;
    const peer = certificatePeer(socket);
    const domainName = peer?.domainName ?? (typeof socket.servername === 'string' ? socket.servername : undefined);
    const place = { domainName, ...socketAddresses(socket) };
    const connection = { peer, place, rates: this.rates.openConnection() };
    this.connections.set(socket, connection);
    return connection;
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer, isLast: boolean): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
    ...(isLast ? { connection: 'close' } : {}),
  });
  response.end(text);
}
