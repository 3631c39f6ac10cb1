import { Injectable } from '@nestjs/common';
import type { listRegistryChanges, ParsedRequestOf, ReplyOf } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock, Lifecycle, Logger, type Part } from '#thingcore/platform';
import { type PlacedChange, RegistryChangeStore } from './registry-change.store.js';

/** How long a change is known, in milliseconds. */
const KEPT_MS = 24 * 3_600_000;

/** How often old changes are forgotten. */
const PURGE_MS = 60_000;

/** Digits of a cursor: as many as JavaScript counts exactly, so that cursors compare as texts do. */
const DIGITS = 16;

/** Tells what happened in the registry, from any place of its log on. */
@Injectable()
export class RegistryChanges implements Part {
  readonly name = 'the log of registry changes';
  readonly stage = 'prepare';
  private timer: NodeJS.Timeout | undefined;
  private purging: Promise<void> | undefined;

  constructor(
    private readonly store: RegistryChangeStore,
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

  /** As `registryChange.list.v1` says. */
  async list({
    after,
    limit,
    ...filter
  }: ParsedRequestOf<typeof listRegistryChanges>): Promise<ReplyOf<typeof listRegistryChanges>> {
    if (after === undefined) {
      return { changes: [], cursor: toCursor(await this.store.lastPosition()), isForgotten: false };
    }
    const position = positionOf(after);
    const { changes, lastPosition, forgottenPosition } = await this.store.since(position, filter, limit);
    if (position < forgottenPosition || position > lastPosition) {
      return { changes: [], cursor: toCursor(lastPosition), isForgotten: true };
    }
    const isAll = changes.length < limit;
    return {
      changes: changes.map(toChange),
      cursor: toCursor(isAll ? lastPosition : (changes.at(-1)?.position ?? lastPosition)),
      isForgotten: false,
    };
  }

  /** Forgets changes that are older than a day. */
  async purge(): Promise<void> {
    await this.store.purge(new Date(this.clock.now() - KEPT_MS));
  }

  private async tryPurge(): Promise<void> {
    try {
      await this.purge();
    } catch (error) {
      this.logger.warn('old changes of the registry could not be forgotten', { error: String(error) });
    } finally {
      this.purging = undefined;
    }
  }
}

function toChange({ position, document, ...change }: PlacedChange) {
  return { ...change, cursor: toCursor(position), ...(document ? { document } : {}) };
}

function toCursor(position: number): string {
  return String(position).padStart(DIGITS, '0');
}

function positionOf(cursor: string): number {
  if (/^\d{16}$/.test(cursor)) return Number(cursor);
  throw new IotError('InvalidRequest', `"${cursor}" is no cursor of the log: pass the one of a change that was told`, {
    details: { field: 'after' },
  });
}
