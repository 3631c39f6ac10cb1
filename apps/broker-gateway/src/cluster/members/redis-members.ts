import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#thingcore/platform';
import type { ClaimRequest, OrphanedConnection } from '../cluster.js';
import type { ClusterRedis } from '../redis-lines.js';
import { Roster } from './roster.js';

/** How the members watch each other, in milliseconds. */
export interface MembershipTimes {
  readonly heartbeatMs: number;
  /** How long a member may be silent. It is found dead within a heartbeat more. */
  readonly deadAfterMs: number;
}

/** A death is seen by the others within about 6 s. */
export const MEMBERSHIP_TIMES: MembershipTimes = { heartbeatMs: 1_000, deadAfterMs: 5_000 };

/** How long nobody else settles an estate after its last step, in milliseconds. */
const LEASE_MS = 10_000;
const SETTLE_STEP = 20;
const ATTEMPTS = 3;
const RETRY_MS = 500;

/** What a member does about the others. */
export interface MembershipEvents {
  /** The number of the last change in the log. */
  beat(logNumber: number): void;
  gone(nodeId: string): void;
  /** The others took this node for dead. */
  buried(): void;
  /** Settles a connection of a dead node. */
  orphaned(connection: OrphanedConnection): Promise<void>;
  /** Before the connections of a dead node are settled: its inbox can still be read. */
  inherit(dead: string): Promise<void>;
  failed(error: unknown): void;
}

/** One membership of this node: heartbeats, and the duties of a survivor. */
export class RedisMembership {
  private readonly roster: Roster;
  private readonly settling = new Map<string, Promise<void>>();
  private timer: NodeJS.Timeout | undefined;
  private isBeating = false;
  private isOver = false;

  constructor(
    readonly nodeId: string,
    private readonly redis: ClusterRedis,
    private readonly times: MembershipTimes,
    private readonly clock: Clock,
    private readonly events: MembershipEvents,
  ) {
    this.roster = new Roster(nodeId, times.deadAfterMs);
  }

  /** Joins; resolves when this node is a member. */
  async start(): Promise<void> {
    await this.beat();
    this.timer = setInterval(() => void this.beatOnce(), this.times.heartbeatMs);
  }

  /** Leaves, after the connections have been released. */
  async leave(): Promise<void> {
    this.end();
    await Promise.all(this.settling.values());
    await this.redis.leave(this.nodeId);
  }

  /** Ends the heartbeats without a word. */
  end(): void {
    this.isOver = true;
    clearInterval(this.timer);
  }

  /** A heartbeat is not sent behind one that is under way: late ones would say that a stuck node is well. */
  private async beatOnce(): Promise<void> {
    if (this.isBeating) {
      this.roster.missed();
      return;
    }
    this.isBeating = true;
    try {
      await this.beat();
    } catch (error) {
      this.roster.missed();
      if (!this.isOver) this.events.failed(error);
    } finally {
      this.isBeating = false;
    }
  }

  private async beat(): Promise<void> {
    const answer = await this.redis.beat(this.nodeId);
    if (this.isOver) return;
    if (answer[0] === 0) {
      this.end();
      this.events.buried();
      return;
    }
    const [, now, logNumber, scores, estates] = answer;
    const members = new Map<string, number>();
    for (let at = 0; at < scores.length; at += 2) members.set(scores[at] ?? '', Number(scores[at + 1]));
    const { gone, silent } = this.roster.beat({ now, members });
    this.events.beat(logNumber);
    for (const nodeId of gone) this.events.gone(nodeId);
    const buried = await Promise.all(silent.map((nodeId) => this.redis.bury(nodeId, this.times.deadAfterMs)));
    const dead = [...estates, ...silent.filter((_nodeId, index) => buried[index] === 1)];
    for (const nodeId of dead) this.settle(nodeId);
  }

  private settle(dead: string): void {
    if (this.settling.has(dead)) return;
    const work = this.settleAll(dead)
      .catch((error: unknown) => this.events.failed(error))
      .finally(() => this.settling.delete(dead));
    this.settling.set(dead, work);
  }

  private async settleAll(dead: string): Promise<void> {
    if ((await this.redis.takeEstate(dead, LEASE_MS)) === 0) return;
    await this.events.inherit(dead);
    while (!this.isOver) {
      const left = await this.redis.settleBuffer(dead, this.nodeId, LEASE_MS, SETTLE_STEP, this.clock.now());
      if (left.length === 0) return;
      for (let at = 0; at < left.length; at += 3) {
        await this.settleOne(String(left[at]), String(left[at + 1]), left[at + 2] as Buffer);
      }
    }
  }

  /** What fails for good stays with this node: whoever settles its estate tries again. */
  private async settleOne(field: string, info: string, will: Buffer): Promise<void> {
    const connection = {
      request: info === '' ? undefined : (JSON.parse(info) as ClaimRequest),
      nodeId: field.slice(0, field.lastIndexOf(' ')),
      token: Number(field.slice(field.lastIndexOf(' ') + 1)),
      will: will.length === 0 ? undefined : will,
    };
    for (let attempt = 1; ; attempt++) {
      try {
        await this.events.orphaned(connection);
        await this.redis.settled(this.nodeId, field);
        return;
      } catch (error) {
        if (attempt < ATTEMPTS && !this.isOver) {
          await sleep(RETRY_MS);
          continue;
        }
        this.events.failed(error);
        return;
      }
    }
  }
}
