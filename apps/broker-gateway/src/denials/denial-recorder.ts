import { Injectable } from '@nestjs/common';
import { type Denial, denialsRecorded } from '#thingcore/contracts';
import { Clock, IdGenerator, Logger, Metrics } from '#thingcore/platform';
import { EventBus } from '#thingcore/transport';
import { Counter } from 'prom-client';
import { sourceNetwork } from '../authorization/source-network.js';
import { LruMap } from '../bounds/lru-map.js';
import { type Rate, TokenBucket } from '../bounds/token-bucket.js';
import { ANONYMOUS } from '../connection.js';
import { BrokerState } from '../state/broker-state.js';
import { DenialIds } from './denial-ids.js';
import type { DeniedClient } from './denied-client.js';

/**
 * What is recorded of one client, of one principal whatever its client ids, and of all together: neither a client that
 * calls itself differently each time nor a fleet that was given the wrong policy must push out what others were denied.
 */
const OF_ONE: Rate = { burst: 10, perSecond: 1 };
const OF_PRINCIPAL: Rate = { burst: 30, perSecond: 1 };
const OF_ALL: Rate = { burst: 1_000, perSecond: 250 };

/** Clients remembered, and principals. */
const CLIENTS = 10_000;

/** Denials that wait to be stored; more come only when the store does not keep up. */
const WAITING = 2_000;

/** Denials that are stored and told together. */
const BATCH = 100;

/** What is said about a denial beside whom and when it met. */
export type DenialProof = Omit<Denial, keyof DeniedClient | 'denialId' | 'timestamp' | 'suppressed'>;

interface Waiting {
  readonly known: Pick<Denial, keyof DeniedClient | 'denialId' | 'timestamp' | 'suppressed'>;
  readonly prove: () => DenialProof;
}

/** How much has been recorded of a client lately. */
interface Tally {
  readonly bucket: TokenBucket;
  suppressed: number;
}

/**
 * Records what clients were denied, so that whoever asks "why?" is answered. What a client does too often is counted and
 * no more: it costs neither an explanation nor a place in the store.
 */
@Injectable()
export class DenialRecorder {
  private readonly denialIds: DenialIds;
  private readonly tallies = new LruMap<string, Tally>(CLIENTS);
  private readonly principals = new LruMap<string, TokenBucket>(CLIENTS);
  private readonly all: TokenBucket;
  private readonly denied = new Map<string, number>();
  private waiting: Waiting[] = [];
  private flushing: Promise<void> | undefined;

  constructor(
    private readonly state: BrokerState,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly logger: Logger,
    ids: IdGenerator,
    metrics: Metrics,
  ) {
    this.denialIds = new DenialIds(ids);
    this.all = new TokenBucket(OF_ALL, clock.now());
    const { denied } = this;
    new Counter({
      name: 'thingcore_broker_denials_total',
      help: 'What clients were not allowed to do, recorded or not',
      labelNames: ['action'],
      registers: [metrics.registry],
      collect() {
        this.reset();
        for (const [action, count] of denied) this.inc({ action }, count);
      },
    });
  }

  /**
   * Records a denial and answers its id; `undefined` when there were too many. The proof is asked for later, when nobody
   * waits for it.
   */
  record(client: DeniedClient, action: string, prove: () => DenialProof): string | undefined {
    this.count(action);
    const now = this.clock.now();
    const tally = this.tallyOf(client, now);
    if (this.waiting.length >= WAITING || !this.mayRecord(client, tally, now)) {
      tally.suppressed++;
      return undefined;
    }
    const { clientId, principal, sourceIp, thingName } = client;
    const known = {
      denialId: this.denialIds.next(now),
      timestamp: now,
      clientId,
      principal,
      sourceIp,
      ...(thingName === undefined ? {} : { thingName }),
      suppressed: tally.suppressed,
    };
    tally.suppressed = 0;
    this.waiting.push({ known, prove });
    this.flushing ??= this.flush();
    return known.denialId;
  }

  /** Counts a denial that is not worth a record, because the same one has been recorded just now. */
  suppress(client: DeniedClient, action: string): void {
    this.count(action);
    this.tallyOf(client, this.clock.now()).suppressed++;
  }

  /** Resolves when everything recorded so far is stored and told. */
  async settled(): Promise<void> {
    await this.flushing;
  }

  private count(action: string): void {
    this.denied.set(action, (this.denied.get(action) ?? 0) + 1);
  }

  private mayRecord(client: DeniedClient, tally: Tally, now: number): boolean {
    return tally.bucket.take(now) && this.bucketOf(client, now).take(now) && this.all.take(now);
  }

  /** The client id is free text, the principal is not; the anonymous are told apart by where they come from. */
  private bucketOf({ principal, sourceIp }: DeniedClient, now: number): TokenBucket {
    const key = principal === ANONYMOUS ? sourceNetwork(sourceIp) : principal;
    return this.principals.getOrMake(key, () => new TokenBucket(OF_PRINCIPAL, now));
  }

  private tallyOf({ principal, clientId }: DeniedClient, now: number): Tally {
    return this.tallies.getOrMake(`${principal} ${clientId}`, () => ({
      bucket: new TokenBucket(OF_ONE, now),
      suppressed: 0,
    }));
  }

  private async flush(): Promise<void> {
    while (this.waiting.length > 0) {
      // What the rest of this turn of the event loop brings travels along.
      await new Promise((resolve) => setImmediate(resolve));
      const denials = this.waiting.splice(0, BATCH).flatMap((waiting) => this.complete(waiting));
      if (denials.length > 0) await this.keep(denials);
    }
    this.flushing = undefined;
  }

  private complete({ known, prove }: Waiting): Denial[] {
    try {
      return [{ ...known, ...prove() }];
    } catch (error) {
      this.logger.error('a denial could not be explained', { denialId: known.denialId, error: String(error) });
      return [];
    }
  }

  /** MQTT never waits for this and never fails because of it. */
  private async keep(denials: Denial[]): Promise<void> {
    const outcomes = await Promise.allSettled([
      this.state.denials.keep(denials),
      this.events.publish(denialsRecorded, { denials }),
    ]);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') {
        this.logger.warn('denials could not be stored or told', { error: String(outcome.reason) });
      }
    }
  }
}
