import { setTimeout as sleep } from 'node:timers/promises';
import { parseSharedSubscription } from '#thingcore/topics';
import { isExpired, remainingSeconds } from '../packets/message-expiry.js';
import { decodeMessage } from '../packets/message-encoding.js';
import { latin1Key } from '../packets/utf8-text.js';
import type { PublishFrame } from '../packets/publish-frame.js';
import type { LaneStore, StoredMessage } from '../ports/lane-store.js';
import type { LaneTurns } from '../ports/lane-turns.js';
import type { RouteTable } from '../routing/route-table.js';
import type { Session } from '../routing/session.js';
import type { SharedGroup } from '../routing/shared-group.js';
import type { SubscriptionIndex } from '../routing/subscription-index.js';
import { canonicalBytes } from '../packets/canonical-bytes.js';
import type { MessageRouter } from './message-router.js';
import type { StoreBatch } from './store-batch.js';

/** Messages that are taken out at once, and how long after, where members have a rate, in milliseconds. */
const STEP = 100;
const STEP_MS = 1_000;

/** A queue that was empty is looked at once more: another node may not have known yet that somebody is here. */
const SECOND_LOOK_MS = 2_000;

/** What the backlogs of groups are worked off with. */
export interface GroupBacklogsContext {
  readonly store: LaneStore;
  readonly batch: StoreBatch;
  readonly turns: LaneTurns;
  readonly index: SubscriptionIndex;
  readonly routes: RouteTable;
  readonly router: MessageRouter;
  /** Messages of a backlog that each member is sent in a second. */
  readonly perSecondAndMember: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Something failed that ends no connection. */
  readonly failed: (error: unknown) => void;
}

/**
 * Works off what waits for a shared subscription of which nobody was online, as soon as a member is. AWS: Shared
 * subscriptions, dequeued to any member that joins or resumes. One node at a time takes from a queue; what it has given to
 * its members it takes out, so that after its death some may come again and none is lost.
 */
export class GroupBacklogs {
  private readonly working = new Set<string>();
  /** Groups with members that have not taken a message since it was looked. */
  private readonly busy = new Set<string>();
  private readonly stopping = new AbortController();

  constructor(private readonly context: GroupBacklogsContext) {}

  /** A client is connected, with what its session is subscribed to. */
  connected({ subscriptions }: Session): void {
    for (const filterKey of subscriptions.keys()) this.workOff(filterKey);
  }

  /** A connected client has subscribed to a filter. */
  subscribed(filter: string): void {
    this.workOff(latin1Key(filter));
  }

  /** The last session has left a group: nothing waits for it any more. */
  ended({ backlog }: SharedGroup): void {
    this.context.store.clear(backlog.clientId).catch(this.context.failed);
  }

  /**
   * A member does not take a message now: it waits for any of them. AWS: Shared subscriptions, a member over its rate.
   *
   * @param groupKey the whole filter of the group, as a key
   */
  putBack(groupKey: string, frame: PublishFrame): void {
    const group = this.context.index.groupOf(groupKey);
    if (group === undefined) return;
    this.busy.add(groupKey);
    const bytes = Buffer.from(canonicalBytes(frame, { qos: frame.qos, isRetained: frame.isRetained }));
    const write = { bytes, expiresAt: frame.expiresAt, clientIds: [group.backlog.clientId] };
    this.context.batch.enqueue(write).then(() => this.workOff(groupKey), this.context.failed);
  }

  stop(): void {
    this.stopping.abort();
  }

  private workOff(filterKey: string): void {
    if (parseSharedSubscription(filterKey) === undefined || this.working.has(filterKey)) return;
    this.working.add(filterKey);
    this.work(filterKey)
      .catch((error: unknown) => {
        if (!this.stopping.signal.aborted) this.context.failed(error);
      })
      .finally(() => this.working.delete(filterKey));
  }

  private async work(filterKey: string): Promise<void> {
    const { perSecondAndMember } = this.context;
    for (let looks = 0; looks < 2;) {
      const group = this.context.index.groupOf(filterKey);
      if (group === undefined || group.membersHere === 0 || this.stopping.signal.aborted) return;
      const taken = await this.takeTurn(group);
      if (taken === 0) looks++;
      else looks = 0;
      if (taken === 0 && looks < 2) await this.pause(SECOND_LOOK_MS);
      else if (taken === undefined || perSecondAndMember < Infinity || this.busy.has(filterKey))
        await this.pause(STEP_MS);
      this.busy.delete(filterKey);
    }
  }

  /** How many messages were taken out; `undefined` when another node has its turn. */
  private async takeTurn(group: SharedGroup): Promise<number | undefined> {
    const { store, turns, perSecondAndMember } = this.context;
    const { clientId } = group.backlog;
    if (!(await turns.take(clientId))) return undefined;
    try {
      const limit = Math.min(STEP, perSecondAndMember * group.membersHere);
      const positions: number[] = [];
      for (const message of await store.read(clientId, 0, limit)) {
        // The others stay for whoever comes next.
        if (group.membersHere === 0) break;
        await this.give(message, group);
        positions.push(message.position);
      }
      if (positions.length > 0) await store.remove([{ clientId, positions }]);
      return positions.length;
    } finally {
      await turns.end(clientId);
    }
  }

  private async give({ bytes, expiresAt }: StoredMessage, { filterKey }: SharedGroup): Promise<void> {
    const { router, routes } = this.context;
    const now = this.context.now();
    if (isExpired(expiresAt, now)) return;
    const frame = decodeMessage(bytes);
    frame.expiresAt = expiresAt;
    if (expiresAt > 0) frame.expirySeconds = remainingSeconds(expiresAt, now);
    await router.deliverToGroup(frame, routes.route(frame.topicKey), filterKey, 1);
  }

  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopping.signal, ref: false });
  }
}
