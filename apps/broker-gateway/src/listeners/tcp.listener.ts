import { type AddressInfo, createServer, type Server } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { listen } from '#thingcore/platform';
import { BROKER_CONFIG, type BrokerConfig } from '../broker.config.js';
import { ANONYMOUS } from '../connection.js';
import { BrokerRates } from '../rates/broker-rates.js';
import type { Listener } from './listener.js';
import { MqttDoor } from './mqtt-door.js';
import { socketAddresses } from './socket-addresses.js';
import { SocketGuard } from './socket-guard.js';

/** Plain MQTT, for tools on the machine itself. Whoever connects is {@link ANONYMOUS}. */
@Injectable()
export class TcpListener implements Listener {
  readonly name = 'the plain MQTT listener';
  private readonly server: Server;

  constructor(
    door: MqttDoor,
    rates: BrokerRates,
    @Inject(BROKER_CONFIG) private readonly config: BrokerConfig,
  ) {
    this.server = createServer({ noDelay: true }, (socket) => {
      guard.settled(socket); // there is no handshake here
      door.enter(socket, { principal: ANONYMOUS, ...socketAddresses(socket) });
    });
    const guard = new SocketGuard(this.server, rates);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    const { mqttPort: port, mqttHost: host } = this.config;
    await listen(this.server, { port, host, setting: 'THINGCORE_MQTT_PORT' });
  }

  /** Sockets that are open belong to the engine. */
  stop(): Promise<void> {
    this.server.close();
    return Promise.resolve();
  }
}
