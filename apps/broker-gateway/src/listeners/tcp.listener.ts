import { type AddressInfo, createServer, type Server } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { Lifecycle, listen, type Part } from '#thingcore/platform';
import { AedesBroker } from '../aedes/aedes-broker.js';
import { BROKER_CONFIG, type BrokerConfig } from '../broker.config.js';
import { ANONYMOUS } from '../connection.js';
import { plainAddress } from './plain-address.js';

/** Plain MQTT, for tools on the machine itself. Whoever connects is {@link ANONYMOUS}. */
@Injectable()
export class TcpListener implements Part {
  readonly name = 'the plain MQTT listener';
  readonly stage = 'listen';
  private readonly server: Server;

  constructor(
    broker: AedesBroker,
    @Inject(BROKER_CONFIG) private readonly config: BrokerConfig,
    lifecycle: Lifecycle,
  ) {
    this.server = createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => socket.destroy());
      broker.accept(socket, { principal: ANONYMOUS, sourceIp: plainAddress(socket.remoteAddress) });
    });
    lifecycle.add(this);
  }

  /** The port in use, once it listens. */
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    const { mqttPort: port, mqttHost: host } = this.config;
    await listen(this.server, { port, host, setting: 'THINGCORE_MQTT_PORT' });
  }

  /** Takes no further sockets; those that are open belong to the engine. */
  stop(): Promise<void> {
    this.server.close();
    return Promise.resolve();
  }
}
