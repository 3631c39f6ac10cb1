import type { IotError } from '#thingcore/errors';
import type { ShadowKey, StoredShadow } from '../store/stored-shadow.js';
import { type ChangeRequest, type Outcome, withToken } from './change-request.js';

/** The changes of one shadow that are stored together, until each is answered. */
export class PendingGroup {
  /** What the next attempt builds on. */
  stored: StoredShadow | undefined;
  /** Whether PostgreSQL said so, not the cache. */
  isRead = false;
  /** Batches this shadow was read from, which their writers may not have announced yet. */
  readonly foreignBatches: number[] = [];
  attempts = 0;
  /** Whether all its changes were answered. */
  isSettled = false;
  /** What was sent and not answered: a lost connection does not say, and the server may still be at it. */
  readonly doubts: Doubt[] = [];

  constructor(
    readonly key: ShadowKey,
    /** The key as one text. */
    readonly text: string,
    readonly changes: ChangeRequest[],
  ) {}

  /** Builds on what is in the cache, if anything. */
  trust(cached: StoredShadow | undefined): void {
    this.build(cached);
    this.isRead = false;
  }

  /** Builds on what was read. */
  learn(stored: StoredShadow | undefined): void {
    this.build(stored);
    this.isRead = true;
  }

  /** Refuses all its changes. */
  refuse(error: IotError): void {
    this.isSettled = true;
    for (const change of this.changes) change.failed(withToken(error, change.clientToken));
  }

  private build(stored: StoredShadow | undefined): void {
    this.stored = stored;
    if (stored !== undefined && stored.batchId > 0) this.foreignBatches.push(stored.batchId);
  }
}

/** An attempt whose fate is not known. */
export interface Doubt {
  readonly outcome: Outcome;
  /** What is stored if it was stored. */
  readonly stored: StoredShadow;
  /** The change it replaces; null when there was nothing. */
  readonly replacedId: number | null;
}
