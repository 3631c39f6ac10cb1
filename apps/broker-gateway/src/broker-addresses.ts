import { Inject, Injectable } from '@nestjs/common';
import { BROKER_CONFIG, type BrokerConfig } from './broker.config.js';
import { TcpListener } from './listeners/tcp.listener.js';
import { TlsListener } from './listeners/tls.listener.js';

/** Where devices of this machine reach the broker, once it listens. */
@Injectable()
export class BrokerAddresses {
  constructor(
    private readonly tcp: TcpListener,
    private readonly tls: TlsListener,
    @Inject(BROKER_CONFIG) private readonly config: BrokerConfig,
  ) {}

  get mqtt(): string {
    return `mqtt://${this.config.mqttHost}:${this.tcp.port}`;
  }

  get mqtts(): string {
    return `mqtts://localhost:${this.tls.port}`;
  }
}
