import { Injectable } from '@nestjs/common';
import type { listPrincipalChanges, ReplyOf } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock, Lifecycle, Logger, type Part } from '#thingcore/platform';
import { fromCursor, toCursor } from './change-cursor.js';
import { PrincipalChangeStore } from './principal-change.store.js';

/** How long a change is known. Whoever has not asked for that long resolves everything anew. */
const KEPT_MS = 3_600_000;

/** How often old changes are forgotten. */
const PURGE_MS = 60_000;

/** More changes than this at once are not worth telling one by one: everything may have changed. */
const MOST_CHANGES = 10_000;

/** Tells whoever caches principals what it missed, and forgets what nobody needs any more. */
@Injectable()
export class PrincipalChanges implements Part {
  readonly name = 'the memory of principal changes';
  readonly stage = 'prepare';
  private timer: NodeJS.Timeout | undefined;
  private purging: Promise<void> | undefined;

  constructor(
    private readonly store: PrincipalChangeStore,
    private readonly clock: Clock,
    private readonly logger: Logger,
    lifecycle: Lifecycle,
  ) {
    lifecycle.add(this);
  }

  start(): Promise<void> {
    this.timer = setInterval(() => (this.purging ??= this.tryPurge()), PURGE_MS);
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.purging;
  }

  /**
   * The changes behind a cursor, those of transactions whose end it had not seen. While more transactions are open than
   * a cursor can name, some changes are told again at the next call, under the same numbers: better twice than never.
   */
  async list(cursor: string | undefined): Promise<ReplyOf<typeof listPrincipalChanges>> {
    if (cursor === undefined) return { changes: [], cursor: toCursor(await this.store.seen()), isComplete: true };
    const before = fromCursor(cursor);
    if (before === undefined) {
      throw new IotError(
        'InvalidRequest',
        `"${cursor}" is no cursor: take the one of the answer before, or none to begin anew`,
        { details: { field: 'cursor' } },
      );
    }
    const { changes, isTooOld, seen } = await this.store.since(before, MOST_CHANGES + 1);
    const next = toCursor(seen);
    if (isTooOld || changes.length > MOST_CHANGES) return { changes: [], cursor: next, isComplete: false };
    return { changes, cursor: next, isComplete: true };
  }

  /** Forgets changes that are older than an hour. */
  async purge(): Promise<void> {
    await this.store.purge(new Date(this.clock.now() - KEPT_MS));
  }

  private async tryPurge(): Promise<void> {
    try {
      await this.purge();
    } catch (error) {
      this.logger.warn('old changes of principals could not be forgotten', { error: String(error) });
    } finally {
      this.purging = undefined;
    }
  }
}
