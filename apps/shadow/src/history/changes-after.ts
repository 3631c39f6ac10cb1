import { Injectable } from '@nestjs/common';
import type { listShadowChangesAfter, ParsedRequestOf, ReplyOf, ShadowPosition } from '#thingcore/contracts';
import { computeDelta, type ShadowState } from '#thingcore/shadow-document';
import { readEnough } from './history-reach.js';
import { type Replayed, replay, toShadowChange } from './history.service.js';
import { HistoryStore, type StoredChange, type StoredHistory } from './history.store.js';

/** Changes that are looked at first: whoever comes back was hardly away. */
const FIRST_LOOK = 100;

/**
 * How far the time of a change may be from the one its watchers were told, in seconds: replicas have clocks of their own.
 * Versions begin anew 48 hours after a deletion at the earliest.
 */
const SAME_TIME = 3_600;

type Reply = ReplyOf<typeof listShadowChangesAfter>;

const FORGOTTEN: Reply = { changes: [], isForgotten: true };

/** Tells what happened to a shadow since somebody looked. */
@Injectable()
export class ChangesAfter {
  constructor(private readonly store: HistoryStore) {}

  /** As `shadow.listChangesAfter.v1` says. */
  async list({ thingName, shadowName, after, limit }: ParsedRequestOf<typeof listShadowChangesAfter>): Promise<Reply> {
    const [found] = await readEnough(this.store, {
      question: { thingNames: [thingName], shadowName, most: FIRST_LOOK },
      isEnough: ({ changes }) => changes.some((change) => isNotBehind(change, after)),
    });
    // A shadow that never was has no changes, which is all there is to tell to whoever has seen none.
    if (found === undefined) return after.version === 0 ? { changes: [], isForgotten: false } : FORGOTTEN;
    if (found.tooFar !== undefined) return FORGOTTEN;
    return changesBehind(found.history, after, limit);
  }
}

function changesBehind(history: StoredHistory, after: ShadowPosition, limit: number): Reply {
  const reached = history.changes.findIndex((change) => isNotBehind(change, after));
  if (!isReached(history, reached, after)) return FORGOTTEN;
  const behind = reached === -1 ? replay(history) : replay(history).slice(0, reached);
  const changes = behind.slice(-limit).reverse();
  return { changes: changes.map(toChange), isForgotten: false };
}

/** Whether everything behind the position is known. */
function isReached(history: StoredHistory, reached: number, after: ShadowPosition): boolean {
  const seen = history.changes[reached];
  if (seen !== undefined) return isAt(seen, after);
  const oldest = history.changes.at(-1);
  if (oldest === undefined)
    return after.version === history.version && (history.state === undefined) === after.isDeletion;
  // What was seen is not kept any more, but the change right behind it is; or nothing was ever before the oldest.
  if (!oldest.hasPrevious) return after.version === 0;
  return !isDeletion(oldest) && oldest.version === after.version + 1;
}

/** Whether a change is the one that was seen last, or before it: a deletion comes behind the update of its version. */
function isNotBehind(change: StoredChange, { version, isDeletion: wasDeletion, timestamp }: ShadowPosition): boolean {
  if (timestamp !== undefined && secondsOf(change) < timestamp - SAME_TIME) return true;
  if (change.version !== version) return change.version < version;
  return wasDeletion || !isDeletion(change);
}

function isAt(change: StoredChange, { version, isDeletion: wasDeletion, timestamp }: ShadowPosition): boolean {
  if (change.version !== version || isDeletion(change) !== wasDeletion) return false;
  return timestamp === undefined || Math.abs(timestamp - secondsOf(change)) <= SAME_TIME;
}

function isDeletion({ record }: StoredChange): boolean {
  return record.deletion ?? false;
}

function secondsOf({ at }: StoredChange): number {
  return Math.floor(at / 1000);
}

function toChange(replayed: Replayed): Reply['changes'][number] {
  const { after } = replayed;
  return { ...toShadowChange(replayed), ...(after === undefined ? {} : { state: withDelta(after) }) };
}

function withDelta(state: ShadowState) {
  const delta = computeDelta(state.desired, state.reported);
  return delta === undefined ? state : { ...state, delta };
}
