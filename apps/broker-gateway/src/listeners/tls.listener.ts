import { createServer, type SecureContextOptions, type Server, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { certificateVariables } from '#thingcore/pki';
import { Lifecycle, listen, Logger, type Part } from '#thingcore/platform';
import { AedesBroker } from '../aedes/aedes-broker.js';
import { BROKER_CONFIG, type BrokerConfig } from '../broker.config.js';
import type { Peer } from '../connection.js';
import type { CertificateAndKey } from './certificate-and-key.js';
import { plainAddress } from './plain-address.js';
import { ServerCertificates } from './server-certificates.js';

const HANDSHAKE_TIMEOUT_MS = 10_000;

/**
 * MQTT over TLS. The handshake proves that a device holds the key of the certificate it shows, whoever signed it; whether
 * that certificate counts is for the registry to say, which knows it by its SHA-256. A resumed TLS session brings the
 * certificate of the handshake it goes back to, and is asked for in the registry like any other.
 */
@Injectable()
export class TlsListener implements Part {
  readonly name = 'the MQTT listener on TLS';
  readonly stage = 'listen';
  private server: Server | undefined;
  private timer: NodeJS.Timeout | undefined;
  private renewing: Promise<void> = Promise.resolve();

  constructor(
    private readonly broker: AedesBroker,
    private readonly certificates: ServerCertificates,
    private readonly logger: Logger,
    @Inject(BROKER_CONFIG) private readonly config: BrokerConfig,
    lifecycle: Lifecycle,
  ) {
    lifecycle.add(this);
  }

  /** The port in use, once it listens. */
  get port(): number {
    return (this.server?.address() as AddressInfo).port;
  }

  async start(): Promise<void> {
    this.server = createServer(
      {
        ...secureContext(await this.certificates.load()),
        requestCert: true,
        rejectUnauthorized: false,
        // AWS: protocols, the names a device may offer for MQTT with a client certificate.
        ALPNProtocols: ['x-amzn-mqtt-ca', 'mqtt'],
        handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      },
      (socket) => this.admit(socket),
    );
    this.server.on('tlsClientError', (error, socket) => {
      this.logger.info('a TLS handshake failed', { sourceIp: socket.remoteAddress, reason: error.message });
    });
    const { mqttsPort: port, mqttsHost: host, tlsCheckMs } = this.config;
    await listen(this.server, { port, host, setting: 'THINGCORE_MQTTS_PORT' });
    this.timer = setInterval(() => void this.renewCertificate(), tlsCheckMs);
  }

  /** Takes no further sockets; those that are open belong to the engine. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.server?.close();
    await this.renewing;
  }

  /**
   * Looks whether another certificate is to be shown from now on, and shows it to those who come. Connections that are
   * open stay as they are. When a new one cannot be had the old one stays in use until the next look.
   */
  renewCertificate(): Promise<void> {
    this.renewing = this.renewing.then(() => this.renewNow());
    return this.renewing;
  }

  private async renewNow(): Promise<void> {
    if (this.server?.listening !== true) return;
    try {
      const renewed = await this.certificates.renew();
      if (renewed === undefined) return;
      this.server.setSecureContext(secureContext(renewed));
      this.logger.info('the TLS listener shows a new certificate');
    } catch (error) {
      this.logger.warn('the certificate of the TLS listener could not be renewed, the one in use stays', {
        error: (error as Error).message,
      });
    }
  }

  private admit(socket: TLSSocket): void {
    socket.on('error', () => socket.destroy());
    const peer = this.peerOf(socket);
    if (peer === undefined) {
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    this.broker.accept(socket, peer);
  }

  private peerOf(socket: TLSSocket): Peer | undefined {
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) return undefined;
    const sourceIp = plainAddress(socket.remoteAddress);
    try {
      const variables = certificateVariables(certificate.raw);
      return {
        principal: variables.certificateId,
        sourceIp,
        // Node says false when the client did not ask for a name.
        domainName: typeof socket.servername === 'string' ? socket.servername : undefined,
        certificate: { variables, readPem: () => certificate.toString() },
      };
    } catch (error) {
      this.logger.info('a certificate cannot be read', { sourceIp, reason: (error as Error).message });
      return undefined;
    }
  }
}

/** No authority is named to clients, so that they show whichever certificate they have. */
function secureContext({ cert, key }: CertificateAndKey): SecureContextOptions {
  return { cert, key, ca: [], minVersion: 'TLSv1.2' };
}
