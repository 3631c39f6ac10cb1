import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock, IdGenerator } from '#thingcore/platform';
import { PublishForms } from '../lane/packets/publish-forms.js';
import { ClientClaims } from './claims/client-claims.js';
import type { Claim, ClaimRequest, Cluster, ClusterHost, IncomingMessage, OutgoingMessage } from './cluster.js';
import { clusterKeys } from './cluster-keys.js';
import { ConnectionInterests } from './connection-interests.js';
import { appendBatch } from './links/redis-append.js';
import { readBatch } from './links/message-batch.js';
import { NodeLink } from './links/node-link.js';
import { RedisInbox } from './links/redis-inbox.js';
import type { LoggedChange, SharedSubscriptionOptions } from './log/cluster-change.js';
import { ClusterView } from './log/cluster-view.js';
import { readSnapshot } from './log/redis-snapshot.js';
import { TakenChanges } from './log/taken-changes.js';
import { MEMBERSHIP_TIMES, type MembershipTimes, RedisMembership } from './members/redis-members.js';
import { closeLines, openLines, type RedisLines, redisLines } from './redis-lines.js';
import { SessionExpiry } from './session-expiry.js';
import { WillSchedule } from './wills/will-schedule.js';

/** How a node of a cluster is made. */
export interface RedisClusterOptions {
  readonly url: string;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly times?: MembershipTimes | undefined;
}

/** How much longer than a death takes to be found a CONNECT waits for a session, in milliseconds. */
const CLAIM_PATIENCE_MS = 3_000;

/** How long a node has a turn that it does not end, in milliseconds. */
const TURN_MS = 10_000;

/** After a message of another node could not be passed on, in milliseconds. */
const RETRY_MS = 100;

/** A membership of this node, and what belongs to it: after the others took it for dead there is another one. */
interface Life {
  readonly membership: RedisMembership;
  readonly inbox: RedisInbox;
}

/** A node among others, with Redis between them. */
export class RedisCluster implements Cluster {
  private readonly lines: RedisLines;
  private readonly claims: ClientClaims;
  private readonly interests = new ConnectionInterests(() => this.announceSoon());
  private readonly links = new Map<string, NodeLink>();
  private readonly forms = new PublishForms();
  private readonly expiry: SessionExpiry;
  private readonly wills: WillSchedule;
  private readonly view: ClusterView;
  private host: ClusterHost;
  private life: Life;
  private id: string;
  private readonly taken = new TakenChanges();
  private announcing: Promise<void> = Promise.resolve();
  /** When all nodes know what the connections of this one want. */
  private known: Promise<void> = Promise.resolve();
  private numberAtBeat = 0;
  private isStopped = false;

  constructor(private readonly options: RedisClusterOptions) {
    this.id = options.ids.uuid();
    this.lines = redisLines(options.url, (error) => this.failed(error));
    const waitMs = this.times.deadAfterMs + this.times.heartbeatMs + CLAIM_PATIENCE_MS;
    this.claims = new ClientClaims(this.lines.control, waitMs, (error) => this.failed(error));
    this.expiry = new SessionExpiry(this.lines.control, options.clock, () => this.id);
    this.wills = new WillSchedule(this.lines.control, options.clock);
    this.view = new ClusterView(
      () => this.id,
      (clientId) => this.claims.has(clientId),
      this.listener(),
    );
  }

  get nodeId(): string {
    return this.id;
  }

  async start(host: ClusterHost): Promise<void> {
    this.host = host;
    await openLines(this.lines);
    await this.join();
    this.expiry.start(host);
    this.wills.start(host);
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    this.expiry.stop();
    await this.wills.stop();
    await Promise.all([...this.links.values()].map((link) => link.idle()));
    await this.announcing;
    await this.life.membership.leave();
    const stopped = this.life.inbox.stop();
    this.lines.reader.disconnect();
    await stopped;
    await closeLines(this.lines);
  }

  async acquire(request: ClaimRequest, evict: () => void): Promise<Claim> {
    const claim = await this.claims.acquire(this.id, request, evict);
    this.host.located(request.clientId, undefined);
    return claim;
  }

  release(claim: Claim, endsAt: number): Promise<void> {
    return this.claims.release(claim, endsAt);
  }

  async keepWill({ nodeId, token }: Claim, will: Buffer): Promise<void> {
    await this.lines.control.keepWill(nodeId, token, will);
  }

  async dropWill({ nodeId, token }: Claim): Promise<void> {
    await this.lines.control.dropWill(nodeId, token);
  }

  async delayWill(claim: Pick<Claim, 'clientId' | 'nodeId' | 'token'>, will: Buffer, dueAt: number): Promise<void> {
    await this.lines.control.delayWill(claim.clientId, claim.nodeId, claim.token, will, dueAt);
  }

  wanted(connection: object, filter: string): Promise<void> {
    this.interests.add(connection, filter);
    return this.known;
  }

  unwanted(connection: object, filter: string): void {
    this.interests.remove(connection, filter);
  }

  wantsNothing(connection: object): void {
    this.interests.removeAll(connection);
  }

  async subscribed(clientId: string, subscriptions: ReadonlyMap<string, SharedSubscriptionOptions>): Promise<void> {
    if (subscriptions.size === 0) return;
    const change = JSON.stringify(Object.fromEntries(subscriptions));
    const values = [...subscriptions].flatMap(([filter, options]) => [filter, JSON.stringify(options)]);
    const written = this.lines.control.subscribeSession(this.id, clientId, change, ...values);
    await this.takenByAll(...(await this.view.changing(clientId, written)));
  }

  async unsubscribed(clientId: string, filters: readonly string[]): Promise<void> {
    if (filters.length === 0) return;
    const change = JSON.stringify(filters);
    await this.view.changing(clientId, this.lines.control.unsubscribeSession(this.id, clientId, change, ...filters));
  }

  async endSession(clientId: string): Promise<void> {
    await this.lines.control.endSession(this.id, clientId, '');
  }

  async takeTurn(name: string): Promise<boolean> {
    return (await this.lines.control.set(clusterKeys.turn(name), this.id, 'PX', TURN_MS, 'NX')) === 'OK';
  }

  async endTurn(name: string): Promise<void> {
    await this.lines.control.endTurn(this.id, name);
  }

  forward(nodeId: string, message: OutgoingMessage): Promise<void> {
    let link = this.links.get(nodeId);
    if (link === undefined) this.links.set(nodeId, (link = new NodeLink(nodeId, (...batch) => this.send(...batch))));
    if (message.frame === undefined) return link.forward(message, this.forms);
    this.forms.use(message.frame);
    const handedOver = link.forward(message, this.forms);
    this.forms.release();
    return handedOver;
  }

  private get times(): MembershipTimes {
    return this.options.times ?? MEMBERSHIP_TIMES;
  }

  private async join(): Promise<void> {
    const membership = new RedisMembership(this.id, this.lines.control, this.times, this.options.clock, {
      beat: (logNumber) => this.checkLog(logNumber),
      gone: (nodeId) => this.view.forgetNode(nodeId),
      buried: () => void this.returnToLife(),
      orphaned: (connection) => this.host.orphaned(connection),
      inherit: (dead) => this.inherit(dead),
      failed: (error) => this.failed(error),
    });
    await membership.start();
    const snapshot = await readSnapshot(this.lines.control);
    this.view.reset(snapshot);
    const inbox = new RedisInbox(this.id, this.lines.reader, this.lines.messages, this.inboxEvents(), snapshot.number);
    this.life = { membership, inbox };
    inbox.start();
    this.sayTaken(snapshot.number);
    this.interests.forgetAnnounced();
  }

  private inboxEvents() {
    return {
      messages: async (batch: Buffer) => {
        for (const message of readBatch(batch)) {
          const work = this.receive(message);
          // Hardly any message has something to wait for, and waiting costs more than delivering.
          if (work !== undefined) await work;
        }
      },
      evict: (clientId: string, token: number) => this.claims.evict(this.id, clientId, token),
      released: (clientId: string) => this.claims.wake(clientId),
      taken: (nodeId: string, number: number) => this.taken.note(nodeId, number),
      changed: (change: LoggedChange) => this.view.apply(change),
      took: (number: number, waiting: ReadonlySet<string>) => this.sayTaken(number, waiting),
      resync: async () => {
        const snapshot = await readSnapshot(this.lines.control);
        this.view.reset(snapshot);
        this.sayTaken(snapshot.number);
        return snapshot.number;
      },
      failed: (error: unknown) => this.failed(error),
    };
  }

  /** What is for groups is tried until it has found its way: whoever sent it has acknowledged it. */
  private receive(message: IncomingMessage): Promise<void> | undefined {
    const work = this.host.receive(message);
    return work === undefined ? undefined : this.insist(message, work);
  }

  private async insist(message: IncomingMessage, first: Promise<void>): Promise<void> {
    for (let work = first; ;) {
      try {
        await work;
        return;
      } catch (error) {
        if (this.isStopped) throw error;
        this.failed(error);
        await sleep(RETRY_MS);
        work = this.host.chooseAgain(message);
      }
    }
  }

  /** What the view tells goes to the host; a node that is gone concerns the cluster too. */
  private listener() {
    return {
      remoteFilter: (nodeId: string, filter: string, isWanted: boolean) =>
        this.host.remoteFilter(nodeId, filter, isWanted),
      remoteGroup: (nodeId: string, group: string, members: number) => this.host.remoteGroup(nodeId, group, members),
      remoteGone: (nodeId: string) => {
        this.links.delete(nodeId);
        this.taken.forget(nodeId);
        this.host.remoteGone(nodeId);
        this.claims.wakeAll();
      },
      subscribed: (clientId: string, subscriptions: ReadonlyMap<string, SharedSubscriptionOptions>) =>
        this.host.subscribed(clientId, subscriptions),
      unsubscribed: (clientId: string, filters: readonly string[]) => this.host.unsubscribed(clientId, filters),
      ended: (clientId: string) => this.host.ended(clientId),
      located: (clientId: string, nodeId: string | undefined) => this.host.located(clientId, nodeId),
    };
  }

  /**
   * Redis came back with less than it had: nobody knows any more who has which client id, and neither sessions nor queues are
   * what the connections of this node believe. They begin anew, so that each client is told what became of its session.
   */
  private checkLog(logNumber: number): void {
    const isLess = logNumber < this.numberAtBeat;
    this.numberAtBeat = isLess ? logNumber : this.view.number;
    if (!isLess) return;
    this.failed(new Error('Redis has lost what it knew: all connections of this node are closed'));
    this.life.membership.end();
    void this.returnToLife();
  }

  /** What this node had is not its own any more: others have it, or nobody. It comes back as another. */
  private async returnToLife(): Promise<void> {
    try {
      await this.host.buried();
      await this.life.inbox.stop();
      this.id = this.options.ids.uuid();
      if (!this.isStopped) await this.join();
    } catch (error) {
      this.failed(error);
      if (!this.isStopped) setTimeout(() => void this.returnToLife(), this.times.heartbeatMs);
    }
  }

  /** What one turn of the event loop brings is announced at once, and nothing before what came earlier. */
  private announceSoon(): void {
    const announced = this.announcing.then(() => endOfTurn()).then(() => this.announce());
    this.announcing = announced.then(
      () => undefined,
      (error: unknown) => this.announceLater(error),
    );
    this.known = announced.then(
      ([number, members]) => this.takenByAll(number, members),
      // It is announced anew, with all else, as soon as Redis is back.
      () => undefined,
    );
  }

  private async announce(): Promise<[number: number, members: readonly string[]]> {
    const change = this.interests.takeChange();
    if (change === undefined) return [0, []];
    const values = [
      ...Object.entries(change.filters).flatMap(([filter, isWanted]) => ['filters', filter, isWanted ? 1 : 0]),
      ...Object.entries(change.groups).flatMap(([group, members]) => ['groups', group, members]),
    ];
    return this.lines.control.announce(this.id, JSON.stringify(change), ...values);
  }

  /** Resolves when the other members have taken a change of this node. */
  private takenByAll(number: number, members: readonly string[]): Promise<void> {
    return this.taken.by(
      number,
      members.filter((nodeId) => nodeId !== this.id),
    );
  }

  /** Tells those that wait, or all, how far this node has followed the log. */
  private sayTaken(number: number, waiting: Iterable<string> = []): void {
    this.lines.messages.taken(this.id, number, ...waiting).catch((error: unknown) => this.failed(error));
  }

  private announceLater(error: unknown): void {
    this.failed(error);
    if (!this.isStopped) setTimeout(() => this.interests.forgetAnnounced(), this.times.heartbeatMs).unref();
  }

  /** An inbox that is there is appended to as it is: a script would have Redis copy the batch several times more. */
  private async send(nodeId: string, batch: Buffer | undefined): Promise<number> {
    const { messages } = this.lines;
    if (batch === undefined) return messages.sendBatch(nodeId, 0);
    const appended = appendBatch(messages, clusterKeys.inbox(nodeId), batch);
    const [isAppended, inInbox] = await Promise.all([appended, messages.sendBatch(nodeId, batch.length)]);
    if (isAppended) return inInbox;
    const answer = await messages.sendBatch(nodeId, 0, batch);
    if (answer < 0) await this.chooseAgain(nodeId, batch);
    return answer;
  }

  /** A dead node leaves messages that nobody has read: those of groups have other members. */
  private async inherit(dead: string): Promise<void> {
    const key = clusterKeys.left(dead);
    for (let from = '-'; ;) {
      const page = await this.lines.messages.xrangeBuffer(key, from, '+', 'COUNT', 16);
      for (const [, fields] of page) {
        if (String(fields[1]) === 'messages') await this.chooseAgain(dead, fields[3] as Buffer);
      }
      const last = page.at(-1)?.[0];
      if (last === undefined) return;
      from = `(${String(last)}`;
    }
  }

  private async chooseAgain(gone: string, batch: Buffer): Promise<void> {
    this.view.forgetNode(gone);
    for (const message of readBatch(batch)) {
      if (message.groups.length > 0) await this.host.chooseAgain(again(message));
    }
  }

  private failed(error: unknown): void {
    if (!this.isStopped) this.host?.failed(error);
  }
}

function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function again(message: IncomingMessage): IncomingMessage {
  return { ...message, queued: [], hops: message.hops + 1 };
}
