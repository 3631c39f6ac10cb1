import type { ClusterChange, LoggedChange, SharedSubscriptionOptions } from './cluster-change.js';

/** A persistent session as all nodes know it. */
export interface SessionRecord {
  readonly subscriptions: ReadonlyMap<string, SharedSubscriptionOptions>;
  /** The node it is connected to. */
  readonly nodeId: string | undefined;
}

/** What the connections of a node want. */
export interface NodeInterests {
  readonly filters: ReadonlySet<string>;
  /** Members of shared subscriptions, by whole filter. */
  readonly groups: ReadonlyMap<string, number>;
}

/** Everything that the log would have told, read at once. */
export interface ClusterSnapshot {
  /** The number of the last change that is in it for sure. Later ones may be. */
  readonly number: number;
  readonly nodes: ReadonlyMap<string, NodeInterests>;
  readonly sessions: ReadonlyMap<string, SessionRecord>;
}

/** Who is told what others want. Only differences are told, and nothing of what the node itself did. */
export interface ClusterListener {
  /** Connections of another node want what a filter matches, or do no more. */
  remoteFilter(nodeId: string, filter: string, isWanted: boolean): void;
  /** Another node has so many connected members of a shared subscription. */
  remoteGroup(nodeId: string, groupFilter: string, members: number): void;
  /** Another node is gone: nothing can be sent to it. */
  remoteGone(nodeId: string): void;
  /** A persistent session has these filters, beside others it may have. */
  subscribed(clientId: string, subscriptions: ReadonlyMap<string, SharedSubscriptionOptions>): void;
  unsubscribed(clientId: string, filters: readonly string[]): void;
  ended(clientId: string): void;
  /** A persistent session is connected to another node, or to none. */
  located(clientId: string, nodeId: string | undefined): void;
}

interface Session {
  readonly subscriptions: Map<string, SharedSubscriptionOptions>;
  nodeId: string | undefined;
}

interface Interests {
  readonly filters: Set<string>;
  readonly groups: Map<string, number>;
}

/** Changes to a session that this node made and that the log has not told yet. */
interface OwnChanges {
  count: number;
  /** Filters that changed by others meanwhile, who may have been before or after: told when all is settled. */
  readonly disputed: Set<string>;
}

/**
 * What this node knows of the others and of persistent sessions: a snapshot and the changes after it, in order. The same
 * change may come twice, and may be older than the snapshot that has it: changes say what is, not what is different.
 *
 * The log brings back what this node did itself, and may bring what others did before only after it. So as long as changes
 * of its own are on their way, what the log tells of that session is old news, and only what comes of it all is told.
 */
export class ClusterView {
  private readonly nodes = new Map<string, Interests>();
  private readonly sessions = new Map<string, Session>();
  private readonly own = new Map<string, OwnChanges>();
  private last = 0;

  /** @param isHere whether the session of a client is open at this node */
  constructor(
    private readonly nodeId: () => string,
    private readonly isHere: (clientId: string) => boolean,
    private readonly listener: ClusterListener,
  ) {}

  /** The number of the last change that was taken. */
  get number(): number {
    return this.last;
  }

  /** This node changes a session; it has done for itself what the log will tell. Answers the promise it is given. */
  async changing<T>(clientId: string, written: Promise<T>): Promise<T> {
    const own = this.own.get(clientId);
    if (own === undefined) this.own.set(clientId, { count: 1, disputed: new Set() });
    else own.count++;
    try {
      return await written;
    } catch (error) {
      this.settleOwn(clientId);
      throw error;
    }
  }

  /** Takes the next change. False when changes before it are missing: the view needs a snapshot. */
  apply({ number, origin, change }: LoggedChange): boolean {
    if (number <= this.last) return true;
    if (number > this.last + 1) return false;
    this.last = number;
    this.take(change, origin === this.nodeId());
    return true;
  }

  /** Takes everything anew, and tells what is different from what was known. */
  reset({ number, nodes, sessions }: ClusterSnapshot): void {
    this.last = number;
    this.own.clear();
    for (const nodeId of [...this.nodes.keys()]) if (!nodes.has(nodeId)) this.forgetNode(nodeId);
    for (const [nodeId, interests] of nodes) if (nodeId !== this.nodeId()) this.resetNode(nodeId, interests);
    for (const clientId of [...this.sessions.keys()]) if (!sessions.has(clientId)) this.endSession(clientId, false);
    for (const [clientId, session] of sessions) this.resetSession(clientId, session);
  }

  /** Another node is known to be gone, before the log says so. */
  forgetNode(nodeId: string): void {
    this.nodes.delete(nodeId);
    for (const [clientId, session] of this.sessions) if (session.nodeId === nodeId) this.locate(clientId, undefined);
    if (nodeId !== this.nodeId()) this.listener.remoteGone(nodeId);
  }

  private take(change: ClusterChange, isOwn: boolean): void {
    switch (change.type) {
      case 'interest':
        if (change.nodeId === this.nodeId()) return;
        for (const [filter, isWanted] of Object.entries(change.change.filters))
          this.want(change.nodeId, filter, isWanted);
        for (const [group, members] of Object.entries(change.change.groups)) this.count(change.nodeId, group, members);
        return;
      case 'gone':
        this.forgetNode(change.nodeId);
        return;
      case 'subscribe':
        this.subscribe(change.clientId, new Map(Object.entries(change.subscriptions)), isOwn);
        return;
      case 'unsubscribe':
        this.unsubscribe(change.clientId, change.filters, isOwn);
        return;
      case 'ended':
        this.endSession(change.clientId, isOwn);
        return;
      case 'locate':
        this.locate(change.clientId, change.nodeId);
    }
  }

  private want(nodeId: string, filter: string, isWanted: boolean): void {
    const { filters } = this.interests(nodeId);
    if (filters.has(filter) === isWanted) return;
    if (isWanted) filters.add(filter);
    else filters.delete(filter);
    this.listener.remoteFilter(nodeId, filter, isWanted);
  }

  private count(nodeId: string, group: string, members: number): void {
    const { groups } = this.interests(nodeId);
    if ((groups.get(group) ?? 0) === members) return;
    if (members > 0) groups.set(group, members);
    else groups.delete(group);
    this.listener.remoteGroup(nodeId, group, members);
  }

  private subscribe(
    clientId: string,
    subscriptions: ReadonlyMap<string, SharedSubscriptionOptions>,
    isOwn: boolean,
  ): void {
    const session = this.session(clientId);
    for (const [filter, options] of subscriptions) session.subscriptions.set(filter, options);
    this.tell(clientId, [...subscriptions.keys()], isOwn);
  }

  private unsubscribe(clientId: string, filters: readonly string[], isOwn: boolean): void {
    const session = this.sessions.get(clientId);
    for (const filter of filters) session?.subscriptions.delete(filter);
    this.tell(clientId, filters, isOwn);
  }

  private endSession(clientId: string, isOwn: boolean): void {
    const filters = [...(this.sessions.get(clientId)?.subscriptions.keys() ?? [])];
    this.sessions.delete(clientId);
    if (isOwn) return;
    // The session that ended was another one than that which is open here.
    if (this.own.has(clientId) || this.isHere(clientId)) this.tell(clientId, filters, false);
    else this.listener.ended(clientId);
  }

  /** Tells what has become of filters, unless this node did it, or does something about it just now. */
  private tell(clientId: string, filters: readonly string[], isOwn: boolean): void {
    const own = this.own.get(clientId);
    if (own !== undefined && !isOwn) for (const filter of filters) own.disputed.add(filter);
    if (isOwn) this.settleOwn(clientId);
    else if (own === undefined) this.tellNow(clientId, filters);
  }

  private settleOwn(clientId: string): void {
    const own = this.own.get(clientId);
    if (own === undefined || --own.count > 0) return;
    this.own.delete(clientId);
    this.tellNow(clientId, [...own.disputed]);
  }

  private tellNow(clientId: string, filters: readonly string[]): void {
    const known = this.sessions.get(clientId)?.subscriptions;
    const present = new Map<string, SharedSubscriptionOptions>();
    const absent: string[] = [];
    for (const filter of filters) {
      const options = known?.get(filter);
      if (options === undefined) absent.push(filter);
      else present.set(filter, options);
    }
    if (absent.length > 0) this.listener.unsubscribed(clientId, absent);
    if (present.size > 0) this.listener.subscribed(clientId, present);
  }

  private locate(clientId: string, nodeId: string | undefined): void {
    // A connection ends after its session has: nothing is to be remembered of that.
    if (nodeId === undefined && !this.sessions.has(clientId)) return;
    const session = this.session(clientId);
    if (session.nodeId === nodeId) return;
    session.nodeId = nodeId;
    // Also when this node did it: what others did before may have been told only after.
    this.listener.located(clientId, nodeId === this.nodeId() ? undefined : nodeId);
  }

  private resetNode(nodeId: string, { filters, groups }: NodeInterests): void {
    const known = this.interests(nodeId);
    for (const filter of [...known.filters]) if (!filters.has(filter)) this.want(nodeId, filter, false);
    for (const group of [...known.groups.keys()]) if (!groups.has(group)) this.count(nodeId, group, 0);
    for (const filter of filters) this.want(nodeId, filter, true);
    for (const [group, members] of groups) this.count(nodeId, group, members);
  }

  private resetSession(clientId: string, { subscriptions, nodeId }: SessionRecord): void {
    const known = this.session(clientId).subscriptions;
    const lost = [...known.keys()].filter((filter) => !subscriptions.has(filter));
    if (lost.length > 0) this.unsubscribe(clientId, lost, false);
    const found = new Map([...subscriptions].filter(([filter, options]) => !isSame(known.get(filter), options)));
    if (found.size > 0) this.subscribe(clientId, found, false);
    this.locate(clientId, nodeId);
  }

  private interests(nodeId: string): Interests {
    let interests = this.nodes.get(nodeId);
    if (interests === undefined) this.nodes.set(nodeId, (interests = { filters: new Set(), groups: new Map() }));
    return interests;
  }

  private session(clientId: string): Session {
    let session = this.sessions.get(clientId);
    if (session === undefined) {
      this.sessions.set(clientId, (session = { subscriptions: new Map(), nodeId: undefined }));
    }
    return session;
  }
}

function isSame(one: SharedSubscriptionOptions | undefined, other: SharedSubscriptionOptions): boolean {
  return (
    one !== undefined &&
    one.qos === other.qos &&
    one.noLocal === other.noLocal &&
    one.retainAsPublished === other.retainAsPublished &&
    one.identifier === other.identifier
  );
}
