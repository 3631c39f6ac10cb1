import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { listen, Logger } from '#thingcore/platform';
import { BROKER_CONFIG, type BrokerConfig } from '../broker.config.js';
import { BrokerRates } from '../rates/broker-rates.js';
import { certificatePeer } from './certificate-peer.js';
import { DeviceTls } from './device-tls.js';
import type { Listener } from './listener.js';
import { MqttDoor } from './mqtt-door.js';
import { SocketGuard } from './socket-guard.js';

/** AWS: protocols, the names a device may offer for MQTT with a client certificate; it may offer none. */
export const MQTT_PROTOCOLS: readonly string[] = ['x-amzn-mqtt-ca', 'mqtt'];

/**
 * MQTT over TLS. The handshake proves that a device holds the key of the certificate it shows, whoever signed it; whether
 * that certificate counts is for the registry to say, which knows it by its SHA-256. A resumed TLS session brings the
 * certificate of the handshake it goes back to, and is asked for in the registry like any other.
 */
@Injectable()
export class TlsListener implements Listener {
  readonly name = 'the MQTT listener on TLS';
  private server: Server | undefined;
  private guard: SocketGuard | undefined;

  constructor(
    private readonly door: MqttDoor,
    private readonly tls: DeviceTls,
    private readonly rates: BrokerRates,
    private readonly logger: Logger,
    @Inject(BROKER_CONFIG) private readonly config: BrokerConfig,
  ) {}

  get port(): number {
    return (this.server?.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    const options = { ...(await this.tls.options()), ALPNProtocols: [...MQTT_PROTOCOLS] };
    const server = createServer(options, (socket) => this.admit(socket));
    server.on('tlsClientError', (error, socket) => {
      this.logger.info('a TLS handshake failed', { sourceIp: socket.remoteAddress, reason: error.message });
      socket.destroy(); // node:tls leaves a socket open whose time is up
    });
    this.guard = new SocketGuard(server, this.rates);
    this.server = server;
    const { mqttsPort: port, mqttsHost: host } = this.config;
    await listen(server, { port, host, setting: 'THINGCORE_MQTTS_PORT' });
    this.tls.follow(server);
  }

  /** Sockets that are open belong to the engine. */
  stop(): Promise<void> {
    this.server?.close();
    this.guard?.abandon();
    return Promise.resolve();
  }

  private admit(socket: TLSSocket): void {
    this.guard?.settled(socket);
    const peer = certificatePeer(socket);
    if (peer === undefined) {
      socket.on('error', () => socket.destroy());
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    this.door.enter(socket, peer);
  }
}
