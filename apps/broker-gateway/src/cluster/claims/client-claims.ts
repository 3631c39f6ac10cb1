import { IotError } from '#thingcore/errors';
import type { Claim, ClaimRequest } from '../cluster.js';
import type { ClusterRedis } from '../redis-lines.js';

/** How often a CONNECT that waits asks again, should nobody tell it. */
const POLL_MS = 250;

/** A claim of this node, from CONNECT until it is released. */
interface LiveClaim {
  readonly claim: Claim;
  readonly evict: () => void;
  isOpen: boolean;
  isEvicted: boolean;
}

/** The clients of this node, and their way through the claims of all nodes. */
export class ClientClaims {
  private readonly live = new Map<number, LiveClaim>();
  private readonly byClient = new Map<string, Set<LiveClaim>>();
  private readonly waiters = new Map<string, Set<() => void>>();

  /** @param waitMs how long a CONNECT waits for a session; longer than it takes to find a node dead */
  constructor(
    private readonly redis: ClusterRedis,
    private readonly waitMs: number,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** See `Cluster.acquire`. */
  async acquire(nodeId: string, request: ClaimRequest, evict: () => void): Promise<Claim> {
    const { clientId } = request;
    const token = await this.redis.claim(clientId, nodeId);
    if (token === 0)
      throw new IotError('ServiceUnavailable', 'This node is not a member of the cluster; connect again');
    const live: LiveClaim = { claim: { ...request, nodeId, token }, evict, isOpen: false, isEvicted: false };
    this.add(live);
    try {
      await this.open(live);
      return live.claim;
    } catch (error) {
      await this.release(live.claim, 0);
      throw error;
    }
  }

  /** See `Cluster.release`. */
  async release({ clientId, nodeId, token }: Claim, endsAt: number): Promise<void> {
    const live = this.live.get(token);
    if (live !== undefined) this.delete(live);
    await this.redis.release(clientId, nodeId, token, endsAt);
  }

  /** Whether the session of a client is open here. */
  has(clientId: string): boolean {
    return [...(this.byClient.get(clientId) ?? [])].some(({ isOpen }) => isOpen);
  }

  /** A claim at another node wants the client: connections of this one with a smaller token must go. */
  evict(nodeId: string, clientId: string, token: number): void {
    let isHere = false;
    for (const live of this.byClient.get(clientId) ?? []) {
      if (live.claim.token > token) continue;
      isHere = true;
      if (live.isEvicted) continue;
      live.isEvicted = true;
      if (live.isOpen) live.evict();
    }
    this.wake(clientId);
    if (!isHere) this.redis.disown(clientId, nodeId, token).catch(this.failed);
  }

  /** A session that is waited for may be free. */
  wake(clientId: string): void {
    for (const wake of this.waiters.get(clientId) ?? []) wake();
  }

  /** Whoever waits asks again: a node is gone. */
  wakeAll(): void {
    for (const clientId of this.waiters.keys()) this.wake(clientId);
  }

  private async open(live: LiveClaim): Promise<void> {
    const { clientId, nodeId, token, isPersistent, endsAfterMs, details } = live.claim;
    const info = JSON.stringify({ clientId, isPersistent, endsAfterMs, details });
    const deadline = performance.now() + this.waitMs;
    for (;;) {
      const answer = await this.redis.openSession(clientId, nodeId, token, info, isPersistent ? 1 : 0);
      if (live.isEvicted || answer === 'superseded') {
        throw new IotError('VersionConflict', `Client ${clientId} has connected again since`, {
          details: { clientId },
        });
      }
      if (answer === 'opened') {
        live.isOpen = true;
        return;
      }
      if (answer === 'buried' || performance.now() > deadline) {
        throw new IotError(
          'ServiceUnavailable',
          `The session of client ${clientId} is not free: its other connection does not end; connect again`,
          { details: { clientId } },
        );
      }
      await this.wait(clientId);
    }
  }

  private async wait(clientId: string): Promise<void> {
    let wakers = this.waiters.get(clientId);
    if (wakers === undefined) this.waiters.set(clientId, (wakers = new Set()));
    const mine = wakers;
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        mine.delete(wake);
        if (mine.size === 0 && this.waiters.get(clientId) === mine) this.waiters.delete(clientId);
        resolve();
      };
      const timer = setTimeout(wake, POLL_MS);
      mine.add(wake);
    });
  }

  private add(live: LiveClaim): void {
    const { clientId, token } = live.claim;
    this.live.set(token, live);
    const claims = this.byClient.get(clientId);
    if (claims === undefined) this.byClient.set(clientId, new Set([live]));
    else claims.add(live);
  }

  private delete(live: LiveClaim): void {
    const { clientId, token } = live.claim;
    this.live.delete(token);
    const claims = this.byClient.get(clientId);
    claims?.delete(live);
    if (claims?.size === 0) this.byClient.delete(clientId);
  }
}
