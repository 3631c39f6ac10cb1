import { Inject, Injectable } from '@nestjs/common';
import { BROKER_CONFIG, type BrokerConfig } from './broker.config.js';
import { DataPlaneListener } from './data-plane/data-plane.listener.js';
import { TcpListener } from './listeners/tcp.listener.js';
import { TlsListener } from './listeners/tls.listener.js';
import { WebSocketListener } from './listeners/websocket/websocket.listener.js';

/** Where devices of this machine reach the broker, once it listens. */
@Injectable()
export class BrokerAddresses {
  constructor(
    private readonly tcp: TcpListener,
    private readonly tls: TlsListener,
    private readonly webSocket: WebSocketListener,
    private readonly dataPlane: DataPlaneListener,
    @Inject(BROKER_CONFIG) private readonly config: BrokerConfig,
  ) {}

  get mqtt(): string {
    return `mqtt://${this.config.mqttHost}:${this.tcp.port}`;
  }

  get mqtts(): string {
    return `mqtts://localhost:${this.tls.port}`;
  }

  get ws(): string {
    return `ws://${this.config.wsHost}:${this.webSocket.port}/mqtt`;
  }

  get wss(): string {
    return `wss://localhost:${this.dataPlane.port}/mqtt`;
  }

  get https(): string {
    return `https://localhost:${this.dataPlane.port}`;
  }
}
