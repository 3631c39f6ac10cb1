import type { Server, TlsOptions } from 'node:tls';
import { Inject, Injectable } from '@nestjs/common';
import { Logger } from '#thingcore/platform';
import { BROKER_CONFIG, type BrokerConfig } from '../broker.config.js';
import type { CertificateAndKey } from './certificate-and-key.js';
import { secureServerOptions } from './secure-server-options.js';
import { ServerCertificates } from './server-certificates.js';
import { TicketKeys } from './ticket-keys.js';

const TICKET_CHECK_MS = 60_000;

/**
 * The TLS of all listeners for devices: one certificate and one set of ticket keys, so that a session begun at one port is
 * resumed at another. Both change while the servers run; connections that are open stay as they are.
 */
@Injectable()
export class DeviceTls {
  private certificate: Promise<CertificateAndKey> | undefined;
  private readonly servers = new Set<Server>();
  private renewing: Promise<void> = Promise.resolve();
  private timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly certificates: ServerCertificates,
    private readonly ticketKeys: TicketKeys,
    private readonly logger: Logger,
    @Inject(BROKER_CONFIG) private readonly config: BrokerConfig,
  ) {}

  /** What a new server is made with. */
  async options(): Promise<TlsOptions> {
    this.certificate ??= this.certificates.load();
    return secureServerOptions(await this.certificate, this.ticketKeys.current());
  }

  /** Keeps a server up to date from now on. */
  follow(server: Server): void {
    this.servers.add(server);
  }

  /** Begins to look for changes. */
  start(): void {
    this.timers = [
      setInterval(() => void this.renewCertificate(), this.config.tlsCheckMs),
      setInterval(() => this.renewTicketKeys(), TICKET_CHECK_MS),
    ];
  }

  async stop(): Promise<void> {
    for (const timer of this.timers.splice(0)) clearInterval(timer);
    this.servers.clear();
    await this.renewing;
  }

  /**
   * Looks whether another certificate is to be shown from now on, and shows it to those who come. When a new one cannot be
   * had the old one stays in use until the next look.
   */
  renewCertificate(): Promise<void> {
    this.renewing = this.renewing.then(() => this.renewNow());
    return this.renewing;
  }

  /** Has tickets made with the keys of now; older ones are good for nothing then, and their sessions begin anew. */
  renewTicketKeys(): void {
    for (const server of this.servers) server.setTicketKeys(this.ticketKeys.current());
  }

  private async renewNow(): Promise<void> {
    if (this.servers.size === 0) return;
    try {
      const renewed = await this.certificates.renew();
      if (renewed === undefined) return;
      this.certificate = Promise.resolve(renewed);
      const options = secureServerOptions(renewed, this.ticketKeys.current());
      for (const server of this.servers) server.setSecureContext(options);
      this.logger.info('the TLS listeners show a new certificate');
    } catch (error) {
      this.logger.warn('the certificate of the TLS listeners could not be renewed, the one in use stays', {
        error: (error as Error).message,
      });
    }
  }
}
