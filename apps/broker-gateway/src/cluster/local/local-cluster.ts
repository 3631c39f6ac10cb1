import type { Clock } from '#thingcore/platform';
import type { Claim, ClaimRequest, Cluster, ClusterHost, OrphanedConnection } from '../cluster.js';
import type { ConnectionLedger, DelayedWill, Estate, LedgerChange } from './connection-ledger.js';

/** How often it is looked for what is due: sessions whose time is over, wills whose time has come. */
const CHECK_MS = 1_000;

/** What a check asks of the host. */
type CheckingHost = Pick<ClusterHost, 'sessionExpired' | 'orphaned' | 'willDue' | 'failed'>;

/**
 * A node that is alone. Sessions and their subscriptions are in the store of the engine, which is this process' own; what
 * is left is what a killed process owes: to end its sessions in time, publish its wills and tell of its connections.
 */
export class LocalCluster implements Cluster {
  private readonly endings = new Map<string, number>();
  private readonly holders = new Map<string, number>();
  private readonly delayedWills = new Map<number, DelayedWill>();
  /** Connections of the process before that are not settled. */
  private orphans: OrphanedConnection[] = [];
  private lastToken = 0;
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<void> | undefined;

  constructor(
    readonly nodeId: string,
    private readonly clock: Clock,
    private readonly ledger: ConnectionLedger,
  ) {}

  async start(host: ClusterHost): Promise<void> {
    this.inherit(await this.ledger.open());
    this.timer = setInterval(() => {
      this.current ??= this.check(host).finally(() => (this.current = undefined));
    }, CHECK_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.current;
    await this.ledger.close();
  }

  async acquire(request: ClaimRequest): Promise<Claim> {
    const { clientId } = request;
    // As of the clock, so that it grows over restarts too.
    const token = Math.max(this.lastToken + 1, this.clock.now());
    this.lastToken = token;
    const claim = { ...request, nodeId: this.nodeId, token };
    this.holders.set(clientId, token);
    const forgotten = this.forgetEnding(clientId);
    await this.cancelDelayedWill(clientId);
    const change = { connection: [clientId, claim], ...forgotten } as const;
    // A session that ends with its connection leaves nothing that could be lost; its will is waited for.
    if (claim.isPersistent) await this.ledger.write(change);
    else this.ledger.note(change);
    return claim;
  }

  async release({ clientId, token }: Claim, endsAt: number): Promise<void> {
    if (this.holders.get(clientId) !== token) return;
    this.holders.delete(clientId);
    const connection = [clientId, undefined] as const;
    if (endsAt <= 0) {
      this.ledger.note({ connection });
      return;
    }
    this.endings.set(clientId, endsAt);
    await this.ledger.write({ connection, ending: [clientId, endsAt] });
  }

  async endSession(clientId: string): Promise<void> {
    const now = this.clock.now();
    for (const [token, one] of this.delayedWills) {
      // [MQTT-3.1.2-8] the will is not delayed beyond the end of the session
      if (one.clientId === clientId) await this.setDelayedWill(token, { ...one, dueAt: Math.min(one.dueAt, now) });
    }
    this.ledger.note(this.forgetEnding(clientId));
  }

  keepWill({ token }: Claim, will: Buffer): Promise<void> {
    return this.ledger.write({ will: [token, will] });
  }

  dropWill({ token }: Claim): Promise<void> {
    return this.ledger.write({ will: [token, undefined] });
  }

  async delayWill({ clientId, token }: Pick<Claim, 'clientId' | 'token'>, will: Buffer, dueAt: number): Promise<void> {
    const holder = this.holders.get(clientId);
    // [MQTT-3.1.3-9]
    if (holder !== undefined && holder !== token) await this.ledger.write({ will: [token, undefined] });
    else await this.setDelayedWill(token, { clientId, will, dueAt });
  }

  wanted(): undefined {
    return undefined;
  }

  unwanted(): void {}

  wantsNothing(): void {}

  subscribed(): Promise<void> {
    return Promise.resolve();
  }

  unsubscribed(): Promise<void> {
    return Promise.resolve();
  }

  takeTurn(): Promise<boolean> {
    return Promise.resolve(true);
  }

  endTurn(): Promise<void> {
    return Promise.resolve();
  }

  forward(): Promise<void> {
    return Promise.resolve();
  }

  /** Does what is due. What fails is tried again at the next call. */
  async check(host: CheckingHost): Promise<void> {
    await this.settle(host);
    await this.publishWills(host);
    await this.expire(host);
  }

  private inherit({ connections, wills, delayedWills, endings }: Estate): void {
    const now = this.clock.now();
    for (const [token, one] of delayedWills) this.delayedWills.set(token, one);
    for (const [clientId, endsAt] of endings) this.endings.set(clientId, endsAt);
    const unclaimed = new Map(wills);
    for (const { nodeId, token, ...request } of connections) {
      this.orphans.push({ request, nodeId, token, will: unclaimed.get(token) });
      unclaimed.delete(token);
      // The clock of a session starts when it is seen that its connection has ended.
      if (request.endsAfterMs > 0) this.endings.set(request.clientId, now + request.endsAfterMs);
    }
    // Wills whose connections had ended: they were on their way when the process died.
    for (const [token, will] of unclaimed) this.orphans.push({ request: undefined, nodeId: '', token, will });
  }

  private async settle(host: CheckingHost): Promise<void> {
    const { orphans } = this;
    this.orphans = [];
    for (const orphan of orphans) {
      const { request, token } = orphan;
      await this.attempt(
        host,
        async () => {
          await host.orphaned(orphan);
          const clientId = request?.clientId ?? '';
          const isGone = request !== undefined && !this.holders.has(clientId);
          const endsAt = this.endings.get(clientId);
          await this.ledger.write({
            will: [token, undefined],
            ...(isGone ? { connection: [clientId, undefined] as const } : {}),
            ...(isGone && endsAt !== undefined ? { ending: [clientId, endsAt] as const } : {}),
          });
        },
        () => this.orphans.push(orphan),
      );
    }
  }

  private async publishWills(host: CheckingHost): Promise<void> {
    const now = this.clock.now();
    for (const [token, { dueAt, will }] of [...this.delayedWills]) {
      if (dueAt > now) continue;
      await this.attempt(host, async () => {
        await host.willDue(will);
        await this.setDelayedWill(token, undefined);
      });
    }
  }

  /** Ends the sessions whose time is over. */
  private async expire(host: CheckingHost): Promise<void> {
    const now = this.clock.now();
    for (const [clientId, endsAt] of [...this.endings]) {
      if (endsAt > now) continue;
      this.endings.delete(clientId);
      await this.attempt(
        host,
        async () => {
          await host.sessionExpired(clientId);
          await this.ledger.write({ ending: [clientId, undefined] });
        },
        () => {
          if (!this.holders.has(clientId)) this.endings.set(clientId, endsAt);
          else this.ledger.note({ ending: [clientId, undefined] });
        },
      );
    }
  }

  private async attempt(host: CheckingHost, work: () => Promise<void>, failed?: () => void): Promise<void> {
    try {
      await work();
    } catch (error) {
      failed?.();
      host.failed(error);
    }
  }

  /** What to tell the ledger when the session of a client does not end after all, or has ended. */
  private forgetEnding(clientId: string): Pick<LedgerChange, 'ending'> {
    return this.endings.delete(clientId) ? { ending: [clientId, undefined] } : {};
  }

  private async cancelDelayedWill(clientId: string): Promise<void> {
    for (const [token, one] of this.delayedWills) {
      // One that is due is of a session that has ended.
      if (one.clientId === clientId && one.dueAt > this.clock.now()) await this.setDelayedWill(token, undefined);
    }
  }

  private async setDelayedWill(token: number, one: DelayedWill | undefined): Promise<void> {
    if (one === undefined) this.delayedWills.delete(token);
    else this.delayedWills.set(token, one);
    await this.ledger.write({ will: [token, undefined], delayedWill: [token, one] });
  }
}
