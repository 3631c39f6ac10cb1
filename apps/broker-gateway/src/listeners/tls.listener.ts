import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { describeCertificate } from '#thingcore/pki';
import type { CertificateContext } from '#thingcore/policy';
import { Lifecycle, listen, Logger, type Part } from '#thingcore/platform';
import { AedesBroker } from '../aedes/aedes-broker.js';
import { BROKER_CONFIG, type BrokerConfig } from '../broker.config.js';
import { plainAddress } from './plain-address.js';
import { ServerCertificates } from './server-certificate.js';

const HANDSHAKE_TIMEOUT_MS = 10_000;

/** MQTT over TLS. A device proves who it is by a certificate of the platform's authority; others do not get in. */
@Injectable()
export class TlsListener implements Part {
  readonly name = 'the MQTT listener on TLS';
  readonly stage = 'listen';
  private server: Server | undefined;

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
    const { cert, key, ca } = await this.certificates.load();
    this.server = createServer(
      {
        cert,
        key,
        ca,
        requestCert: true,
        rejectUnauthorized: true,
        minVersion: 'TLSv1.2',
        // AWS: protocols, the names a device may offer for MQTT with a client certificate.
        ALPNProtocols: ['x-amzn-mqtt-ca', 'mqtt'],
        handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
      },
      (socket) => this.admit(socket),
    );
    this.server.on('tlsClientError', (error, socket) => {
      this.logger.info('a TLS handshake was refused', { sourceIp: socket.remoteAddress, reason: error.message });
    });
    const { mqttsPort: port, mqttsHost: host } = this.config;
    await listen(this.server, { port, host, setting: 'THINGCORE_MQTTS_PORT' });
  }

  /** Takes no further sockets; those that are open belong to the engine. */
  stop(): Promise<void> {
    this.server?.close();
    return Promise.resolve();
  }

  private admit(socket: TLSSocket): void {
    socket.on('error', () => socket.destroy());
    const certificate = socket.getPeerX509Certificate();
    if (certificate === undefined) {
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    const described = describeForPolicies(certificate.raw);
    this.broker.accept(socket, {
      principal: described.certificateId,
      sourceIp: plainAddress(socket.remoteAddress),
      certificate: described,
    });
  }
}

function describeForPolicies(der: Buffer): CertificateContext {
  const { certificateId, serialNumber, ...names } = describeCertificate(der);
  return {
    certificateId,
    serialNumber,
    subject: { ...names.subject, ...alternativeNames(names.subjectAlternativeNames) },
    issuer: { ...names.issuer, ...alternativeNames(names.issuerAlternativeNames) },
  };
}

function alternativeNames(names: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(names).map(([name, values]) => [`AlternativeName.${name}`, values]));
}
