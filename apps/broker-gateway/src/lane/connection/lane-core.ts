import { GroupBacklogs } from '../delivery/group-backlogs.js';
import { MessageRouter } from '../delivery/message-router.js';
import { SessionTable } from '../delivery/session-table.js';
import { StoreBatch } from '../delivery/store-batch.js';
import type { EngineClient } from '../engine/engine-client.js';
import { toEngine } from '../engine/engine-message.js';
import type { EnginePersistence } from '../engine/lane-persistence.js';
import { PublishForms } from '../packets/publish-forms.js';
import { PublishFrame } from '../packets/publish-frame.js';
import type { LaneCounters } from '../ports/lane-counters.js';
import { type LaneInterests, NO_INTERESTS } from '../ports/lane-interests.js';
import { DEFAULT_LANE_BOUNDS, type LaneBounds, type LaneLimits } from '../ports/lane-limits.js';
import type { LaneOptions } from '../ports/lane-options.js';
import type { LanePace } from '../ports/lane-pace.js';
import type { LanePeer, LanePolicy, LaneRefusal } from '../ports/lane-policy.js';
import { NO_REMOTE } from '../ports/lane-remote.js';
import type { LaneStore } from '../ports/lane-store.js';
import type { LaneTap } from '../ports/lane-tap.js';
import { NO_TURNS } from '../ports/lane-turns.js';
import { RouteTable } from '../routing/route-table.js';
import { Session } from '../routing/session.js';
import { SubscriptionIndex } from '../routing/subscription-index.js';
import { BufferPool } from './buffer-pool.js';
import { LaneLoad } from './lane-load.js';
import type { OutputContext } from './output-buffer.js';
import { TickSchedule } from './tick-schedule.js';

/** What the connections of a lane share. */
export class LaneCore {
  readonly limits: LaneLimits;
  readonly bounds: LaneBounds;
  readonly policy: LanePolicy;
  readonly tap: LaneTap;
  readonly store: LaneStore;
  readonly interests: LaneInterests;
  readonly batch: StoreBatch;
  readonly sessions = new SessionTable();
  readonly index: SubscriptionIndex;
  readonly routes: RouteTable;
  readonly router: MessageRouter;
  readonly backlogs: GroupBacklogs;
  readonly load: LaneLoad;
  readonly output: OutputContext;
  /** For the packet being read; whoever needs it longer takes a snapshot. */
  readonly frame = new PublishFrame();
  /** For messages that one receiver gets alone. */
  readonly forms = new PublishForms();
  /** Counts how often the wishes of the tap changed. */
  tapCount = 0;
  /** Where the engine keeps retained messages. */
  retained: EnginePersistence | undefined;

  /** @param relieved called when publishers that waited for the total mark may go on */
  constructor(
    private readonly options: LaneOptions,
    readonly counters: LaneCounters,
    relieved: () => void,
  ) {
    this.limits = options.limits;
    this.bounds = { ...DEFAULT_LANE_BOUNDS, ...options.bounds };
    this.policy = options.policy;
    this.tap = options.tap;
    this.store = options.store;
    this.interests = options.interests ?? NO_INTERESTS;
    this.batch = new StoreBatch(options.store, (error) => this.failed(error));
    this.routes = new RouteTable(this.limits.topics, this.bounds.cachedTopics);
    this.index = new SubscriptionIndex(
      this.limits,
      (filterKey) => this.routes.invalidate(filterKey),
      (group) => this.backlogs.ended(group),
    );
    this.load = new LaneLoad(this.bounds.totalBytes, relieved);
    this.output = { pool: new BufferPool(), load: this.load, schedule: new TickSchedule().schedule };
    this.router = new MessageRouter({
      routes: this.routes,
      index: this.index,
      batch: this.batch,
      remote: options.remote ?? NO_REMOTE,
      counters,
      now: () => this.now(),
      failed: (error) => this.failed(error),
      random: () => options.random(),
    });
    this.backlogs = new GroupBacklogs({
      store: options.store,
      batch: this.batch,
      turns: options.turns ?? NO_TURNS,
      index: this.index,
      routes: this.routes,
      router: this.router,
      perSecondAndMember: this.limits.groupMessagesPerSecond,
      now: () => this.now(),
      failed: (error) => this.failed(error),
    });
  }

  /** How fast a client may send and be sent; `undefined` for as fast as it can. */
  paceOf(peer: LanePeer): LanePace | undefined {
    return this.options.pace?.(peer);
  }

  /** Why a message cannot be retained just now; `undefined` when it can. */
  admitRetained(topic: string): LaneRefusal | undefined {
    return this.options.admitRetained?.(topic);
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.options.now();
  }

  /** What to tell a publisher when something that takes its message failed. */
  explain(error: unknown): LaneRefusal {
    return this.options.explain(error);
  }

  /** A message was not taken, or a connection is about to end, for this reason. */
  refused(peer: LanePeer, refusal: LaneRefusal): void {
    // Not within the delivery of a message: whoever hears of it may publish.
    queueMicrotask(() => this.options.refused?.(peer, refusal));
  }

  /** Whether a client is told a reason in words. */
  tells(peer: LanePeer, reason: string): boolean {
    return this.options.tells?.(peer, reason) !== false;
  }

  /** Something failed that ends no connection. */
  failed(error: unknown): void {
    this.options.failed(error);
  }

  /** Keeps a message as the retained one of its topic. */
  storeRetained(frame: PublishFrame): Promise<unknown> {
    if (this.retained === undefined) return Promise.reject(new Error('The lane was given no persistence'));
    return this.retained.storeRetained(toEngine(frame));
  }

  /** The session of a client that the engine has accepted. */
  sessionOf(client: EngineClient): Session {
    if (!client.clean) return this.sessions.persistent(client.id);
    // [MQTT-3.1.2-5] With Clean Start 0 and no Session Expiry a session is resumed, and ends with this connection.
    const resumed = client._cleanStart === false ? this.sessions.find(client.id) : undefined;
    return resumed ?? new Session(client.id, false);
  }
}
