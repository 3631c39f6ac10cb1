import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import { isTransactionConflict, isUnavailable, toIotError } from '#thingcore/persistence';
import { Clock, Logger } from '#thingcore/platform';
import type { ShadowLimits } from '#thingcore/shadow-document';
import { ShadowCache } from '../shadow-cache.js';
import { SHADOW_CONFIG, type ShadowConfig, shadowLimits } from '../shadow.config.js';
import type { BatchConnection } from '../store/batch-connection.js';
import { ShadowStore } from '../store/shadow.store.js';
import { Announcer, type StoredChanges } from './announcer.js';
import { BatchDraft, type DraftedGroup } from './batch-draft.js';
import { ChangeIds } from './change-ids.js';
import { applyChanges } from './change-request.js';
import type { Doubt, PendingGroup } from './pending-group.js';

/** Writers of other replicas may be faster; after this many lost races the client is asked to slow down. */
const MOST_ATTEMPTS = 32;

/** How long a change waits for a database that is away; its caller gives up after five seconds. */
const PATIENCE_MS = 3_000;

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

/**
 * Stores what waits for several shadows with one statement, announces it and answers. A shadow that another replica has
 * changed meanwhile is read and tried again, by itself or with others of its kind.
 */
@Injectable()
export class BatchCommitter {
  private readonly limits: ShadowLimits;
  private readonly keepsHistory: boolean;

  constructor(
    private readonly store: ShadowStore,
    private readonly cache: ShadowCache,
    private readonly changeIds: ChangeIds,
    private readonly announcer: Announcer,
    private readonly clock: Clock,
    private readonly logger: Logger,
    @Inject(SHADOW_CONFIG) config: ShadowConfig,
  ) {
    this.limits = shadowLimits(config);
    this.keepsHistory = config.historyDays > 0;
  }

  /** Answers every change of these groups. Never rejects. */
  async commit(groups: readonly PendingGroup[]): Promise<void> {
    for (const group of groups) group.trust(group.doubts.length > 0 ? undefined : this.cache.get(group.text));
    let open = groups;
    for (let pauseMs = FIRST_PAUSE_MS; open.length > 0;) {
      try {
        await this.attempt(open);
        refuseTired(open);
      } catch (error) {
        if (!isPassing(error)) return this.isolate(open.filter(isOpen), error);
        refuseLate(open.filter(isOpen), error);
        await sleep(pauseMs);
        pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
      }
      open = open.filter(isOpen);
    }
  }

  /** One try for all groups; those that are not settled afterwards have to be tried again. */
  private async attempt(groups: readonly PendingGroup[]): Promise<void> {
    await this.read(groups.filter(({ stored, isRead }) => stored === undefined && !isRead));
    await this.resolveDoubts(groups.filter(({ doubts }) => doubts.length > 0));
    const drafted = this.draft(groups.filter(isOpen));
    if (drafted.length === 0) return;
    const ids = await this.changeIds.take(drafted.reduce((sum, { outcome }) => sum + outcome.applied.length, 0));
    const batch = new BatchDraft(drafted, ids, this.clock.now(), this.keepsHistory);
    const connection = await this.store.connect();
    const [won, lost] = batch.divide(await this.write(connection, batch));
    for (const { group } of lost) this.forget(group);
    await this.conclude(won);
    // Nobody has to wait for it: the next batch takes another connection.
    void connection.release();
  }

  private async read(groups: readonly PendingGroup[]): Promise<void> {
    if (groups.length === 0) return;
    const found = await this.store.read(groups.map(({ key }) => ({ key })));
    for (const [index, group] of groups.entries()) group.learn(found[index]);
  }

  /**
   * Concludes what was stored though nobody said so. The groups were read before this question is asked: what is stored
   * between the two makes their next write fail, and then it is asked again.
   */
  private async resolveDoubts(groups: readonly PendingGroup[]): Promise<void> {
    if (groups.length === 0) return;
    const found = await this.store.findChanges(
      groups.flatMap(({ doubts }) => doubts.map(({ stored }) => stored.changeId)),
    );
    const concluded: DraftedGroup[] = [];
    for (const group of groups) {
      const isStored = ({ stored: { changeId } }: Doubt) => found.has(changeId) || group.stored?.changeId === changeId;
      const doubt = group.doubts.find(isStored);
      if (doubt !== undefined) concluded.push({ group, ...doubt });
      else if (!this.keepsHistory && isOvertaken(group)) group.refuse(outcomeUnknown());
    }
    await this.conclude(concluded);
  }

  /** What to write; groups of which all is refused wait for PostgreSQL to confirm what they were refused by. */
  private draft(groups: readonly PendingGroup[]): DraftedGroup[] {
    const context = { now: this.clock.now(), limits: this.limits };
    const drafted: DraftedGroup[] = [];
    for (const group of groups) {
      const outcome = applyChanges(group.key, group.stored, group.changes, context);
      if (outcome.applied.length > 0) drafted.push({ group, outcome });
      else if (group.isRead) rejectRefused({ group, outcome });
      else this.forget(group);
    }
    return drafted;
  }

  private async write(connection: BatchConnection, batch: BatchDraft): Promise<Set<number>> {
    try {
      return await connection.write(batch.rows);
    } catch (error) {
      if (!isRefusedByServer(error)) batch.doubt();
      connection.discard();
      for (const { group } of batch.groups) this.forget(group);
      throw error;
    }
  }

  /** What was read is not what is stored any more, or may not be. */
  private forget(group: PendingGroup): void {
    this.cache.delete(group.text);
    group.trust(undefined);
    group.attempts++;
  }

  private async conclude(groups: readonly DraftedGroup[]): Promise<void> {
    if (groups.length === 0) return;
    const told: StoredChanges[] = [];
    const foreign = new Set<number>();
    for (const { group, outcome, stored } of groups) {
      if (stored !== undefined) this.cache.set(group.text, stored);
      for (const batchId of group.foreignBatches) foreign.add(batchId);
      told.push({ key: group.key, outcome });
    }
    await this.untilAnnounced(foreign);
    await this.announcer.announce(told);
    for (const drafted of groups) rejectRefused(drafted);
  }

  /** Versions of a shadow are told in ascending order, also when the one before is of another replica. */
  private async untilAnnounced(batchIds: ReadonlySet<number>): Promise<void> {
    if (batchIds.size === 0) return;
    try {
      await this.store.untilAnnounced([...batchIds]);
    } catch (error) {
      // The order is not worth the message: every one of them carries its version.
      this.logger.warn('updates of shadows may be told in another order than their versions', { error: String(error) });
    }
  }

  /** A statement that fails for one shadow fails for all of its batch: each is tried by itself. */
  private async isolate(groups: readonly PendingGroup[], error: unknown): Promise<void> {
    if (groups.length === 1) {
      this.logger.error('a change of a shadow cannot be stored', { shadow: groups[0]?.text, error: String(error) });
      for (const group of groups) group.refuse(toIotError(error));
      return;
    }
    for (const group of groups) await this.commit([group]);
  }
}

function isOpen({ isSettled }: PendingGroup): boolean {
  return !isSettled;
}

/** Rejects what is refused of a group, all else of which was answered. */
function rejectRefused({ group, outcome }: DraftedGroup): void {
  group.isSettled = true;
  for (const { change, error } of outcome.refused) change.failed(error);
}

function refuseTired(groups: readonly PendingGroup[]): void {
  for (const group of groups) {
    if (group.isSettled || group.attempts < MOST_ATTEMPTS) continue;
    group.refuse(new IotError('Throttling', 'Too many concurrent updates of this shadow'));
  }
}

function refuseLate(groups: readonly PendingGroup[], error: unknown): void {
  const arrivedBefore = performance.now() - PATIENCE_MS;
  for (const group of groups) {
    if (group.changes.every(({ arrivedAt }) => arrivedAt > arrivedBefore)) continue;
    group.refuse(group.doubts.length > 0 ? outcomeUnknown(error) : toIotError(error));
  }
}

/** Without history only the last change can be asked for; somebody else has made another since. */
function isOvertaken({ doubts, stored }: PendingGroup): boolean {
  const current = stored?.changeId ?? null;
  return doubts.some((doubt) => current !== doubt.stored.changeId && current !== doubt.replacedId);
}

function isPassing(error: unknown): boolean {
  return isUnavailable(error) || isTransactionConflict(error) || (error as IotError).code === 'ServiceUnavailable';
}

/** Whether the server itself said that it did nothing; FATAL may come after the transaction was committed. */
function isRefusedByServer(error: unknown): boolean {
  return (error as { severity?: unknown }).severity === 'ERROR';
}

function outcomeUnknown(cause?: unknown): IotError {
  const text = 'The database was lost while it stored the change, and whether it did is unknown: get the shadow first';
  return new IotError('ServiceUnavailable', text, { details: { isOutcomeUnknown: true }, cause });
}
