import { Inject, Injectable } from '@nestjs/common';
import { presentCertificate, type ReplyOf } from '#thingcore/contracts';
import { reviveError } from '#thingcore/errors';
import { Clock, Logger } from '#thingcore/platform';
import { RpcClient } from '#thingcore/transport';
import { LruMap } from '../bounds/lru-map.js';
import { TokenBucket } from '../bounds/token-bucket.js';
import { BROKER_CONFIG, type BrokerConfig } from '../broker.config.js';
import type { Peer } from '../connection.js';
import { sourceNetwork } from './source-network.js';

/** Provisioning by a template makes several things in one transaction. */
const DEADLINE_MS = 10_000;

/** Certificates on their way to the registry at a time, from all addresses together. */
const IN_FLIGHT = 32;

/** Addresses remembered. */
const ADDRESSES = 10_000;

/** What became of a certificate that was presented. */
export type Presentation = ReplyOf<typeof presentCertificate>;

/**
 * Shows the registry certificates it has not let in yet: one of an operator's own CA may be registered by its first
 * connection. Anybody can make a certificate, so what one address, and all of them, may ask of the registry is bounded.
 */
@Injectable()
export class CertificatePresenter {
  private readonly running = new Map<string, Promise<Presentation | undefined>>();
  private readonly buckets = new LruMap<string, TokenBucket>(ADDRESSES);

  constructor(
    private readonly rpc: RpcClient,
    private readonly clock: Clock,
    private readonly logger: Logger,
    @Inject(BROKER_CONFIG) private readonly config: BrokerConfig,
  ) {}

  /** Presents the certificate of a peer; `undefined` when it was not asked for or not answered. Never rejects. */
  present({ principal, sourceIp, certificate }: Peer): Promise<Presentation | undefined> {
    const running = this.running.get(principal);
    if (running !== undefined) return running;
    if (certificate === undefined || !this.mayAsk(sourceIp)) return Promise.resolve(undefined);
    const run = this.ask(principal, certificate.readPem()).finally(() => this.running.delete(principal));
    this.running.set(principal, run);
    return run;
  }

  private async ask(certificateId: string, certificatePem: string): Promise<Presentation | undefined> {
    try {
      return await this.rpc.call(presentCertificate, { certificatePem }, { deadlineMs: DEADLINE_MS });
    } catch (error) {
      const { code, message } = reviveError(error);
      this.logger.warn('a new certificate could not be presented', { certificateId, code, reason: message });
      return undefined;
    }
  }

  private mayAsk(sourceIp: string): boolean {
    const now = this.clock.now();
    const perSecond = this.config.newCertificatesPerSecond;
    const rate = { burst: perSecond * 10, perSecond };
    const bucket = this.buckets.getOrMake(sourceNetwork(sourceIp), () => new TokenBucket(rate, now));
    if (this.running.size < IN_FLIGHT && bucket.take(now)) return true;
    this.logger.info('a new certificate was not presented: too many come at once', { sourceIp });
    return false;
  }
}
