import type { Client } from 'aedes';
import { IotError, type JsonObject, reviveError } from '#thingcore/errors';
import type { Clock } from '#thingcore/platform';
import type { Claim, Cluster } from '../cluster/cluster.js';
import { encodeWill, type LastWill } from './kept-will.js';

/** How a client connects, as far as other nodes must know. */
export interface Arriving {
  readonly client: Client;
  readonly isPersistent: boolean;
  readonly isCleanStart: boolean;
  /** How long its session outlives the connection, in milliseconds; 0 when it does not, or for ever. */
  readonly endsAfterMs: number;
  readonly details: JsonObject;
  readonly will: LastWill | undefined;
}

/** A connection that has its client id. */
interface Membership {
  readonly claim: Claim;
  will: LastWill | undefined;
  /** Whether the engine has let it in, and tells of its end. */
  isIn: boolean;
  /** What becomes of its will, as soon as that is decided. */
  farewell: Promise<void> | undefined;
}

/** The claims of this node's clients: who has which client id, and what becomes of session and will in the end. */
export class Memberships {
  private readonly members = new Map<Client, Membership>();
  private readonly releasing = new Set<Promise<void>>();

  /** @param abandoned told when a connection has gone that had its client id, by the number of its claim, and was not let in */
  constructor(
    private readonly cluster: Cluster,
    private readonly clock: Clock,
    private readonly abandoned: (clientId: string, token: number) => void,
    private readonly failed: (error: unknown) => void,
  ) {}

  /**
   * Claims the client id for a connection; resolves when no other node has it.
   *
   * @param evict called when a later connection elsewhere claims it
   * @returns the number of the claim: larger than that of any earlier connection of the client
   * @throws IotError `ServiceUnavailable` when the client shall try again
   */
  async join(arriving: Arriving, evict: () => void): Promise<number> {
    const { client, isPersistent, isCleanStart, endsAfterMs, details, will } = arriving;
    const { cluster } = this;
    try {
      // Before the claim, since it ends the place of the session with it.
      if (isCleanStart) await cluster.endSession(client.id);
      const claim = await cluster.acquire({ clientId: client.id, isPersistent, endsAfterMs, details }, evict);
      this.members.set(client, { claim, will, isIn: false, farewell: undefined });
      if (client.conn.closed) this.leaveUnseen(client);
      else client.conn.once('close', () => this.leaveUnseen(client));
      if (will !== undefined && this.members.has(client)) await cluster.keepWill(claim, encodeWill(will));
      if (!this.members.has(client)) throw new IotError('ServiceUnavailable', `Client ${client.id} has gone`);
      return claim.token;
    } catch (thrown) {
      const error = reviveError(thrown);
      if (error.code !== 'VersionConflict') throw error;
      throw new IotError('ServiceUnavailable', error.message, { retryable: true });
    }
  }

  /** The engine has let a client in: from now on {@link Memberships.leave} is told of its end. */
  entered(client: Client): void {
    const member = this.members.get(client);
    if (member !== undefined) member.isIn = true;
  }

  /** The session of a client ends with its connection: its will is not delayed beyond [MQTT-3.1.2-8]. */
  sessionEnds(client: Client): void {
    const member = this.members.get(client);
    if (member?.will !== undefined) member.will = { ...member.will, delayMs: 0 };
  }

  /**
   * A connection has ended without a goodbye.
   *
   * @param atMostMs how long its session lives on
   * @param publish publishes the will, when it is not to be published later
   */
  leaveWill(client: Client, atMostMs: number, publish: (will: LastWill) => Promise<void>): void {
    const member = this.members.get(client);
    if (member?.will === undefined) return;
    const { claim, will } = member;
    const waitMs = Math.min(will.delayMs, atMostMs);
    member.farewell =
      waitMs > 0
        ? this.cluster.delayWill(claim, encodeWill({ ...will, delayMs: 0 }), this.clock.now() + waitMs)
        : publish(will);
    // Whoever releases the claim hears of it.
    member.farewell.catch(() => undefined);
  }

  /** A connection has ended. `endsAt`: when its session does, in milliseconds since the epoch; 0 for now or never. */
  leave(client: Client, endsAt: number): void {
    const member = this.members.get(client);
    if (member === undefined) return;
    this.members.delete(client);
    const released = this.release(member, endsAt).catch(this.failed);
    this.releasing.add(released);
    void released.finally(() => this.releasing.delete(released));
  }

  /** Resolves when everything that ended is released, and its wills are on their way. */
  async settled(): Promise<void> {
    await Promise.all(this.releasing);
  }

  /** The engine says nothing of a client that goes before it was let in. */
  private leaveUnseen(client: Client): void {
    const member = this.members.get(client);
    if (member === undefined || member.isIn) return;
    const { clientId, token, isPersistent, endsAfterMs } = member.claim;
    const isForEver = isPersistent && endsAfterMs === 0;
    this.leave(client, isForEver ? 0 : this.clock.now() + endsAfterMs);
    this.abandoned(clientId, token);
  }

  private async release({ claim, will, farewell }: Membership, endsAt: number): Promise<void> {
    await this.cluster.release(claim, endsAt);
    if (will === undefined) return;
    // A will that could not be published stays: others publish it when this node is gone.
    await farewell;
    await this.cluster.dropWill(claim);
  }
}
