import { textOfKey } from '../packets/utf8-text.js';
import { Recipient } from './recipient.js';
import { Session } from './session.js';
import type { Subscription } from './subscription.js';

/** Random picks before all members are looked at. */
const QUICK_PICKS = 4;

/**
 * How often a message is handed on when the node that was chosen has no member any more. After that only members here and
 * queues count, so that it comes to an end however fast members move.
 */
const MAXIMUM_HOPS = 3;

/** Who gets a message of a group: a member, here or through the queue of its session, any member of another node, or all of them later. */
export type GroupChoice = Recipient | string;

/** Among whom a choice is made. */
export interface ChoiceTerms {
  /** Whether the message has QoS 1 or 2, so that it may be queued. */
  readonly canQueue: boolean;
  /** How many nodes have chosen before. */
  readonly hops: number;
}

/** The terms of the first choice for a message: whether it is stored before it is delivered. */
export const FIRST_CHOICE = { unstored: { canQueue: false, hops: 0 }, stored: { canQueue: true, hops: 0 } } as const;

/**
 * The members of a shared subscription on all nodes: those with the same share name and the same filter [MQTT-4.8.2].
 * Persistent sessions are known one by one wherever they are connected; of other members of other nodes, only how many
 * there are, and their node picks one.
 */
export class SharedGroup {
  private readonly members: Recipient[] = [];
  private readonly nodes = new Map<string, number>();
  private elsewhere = 0;
  private readonly waiting: Recipient;
  /** Has the queue of what nobody was online for. No text has U+0000, so it is no client's. */
  readonly backlog: Session;

  /** @param filterKey the whole filter, as a key */
  constructor(readonly filterKey: string) {
    this.backlog = new Session(`\0group/${textOfKey(filterKey)}`, true);
    // As it was published: who gets it in the end is not known.
    this.waiting = new Recipient(this.backlog, 2, true, undefined);
  }

  /** Members that are connected to this node. */
  get membersHere(): number {
    return this.members.filter(({ session }) => session.receiver !== undefined).length;
  }

  /** How many members it has, on all nodes. */
  get size(): number {
    return this.members.length + this.elsewhere;
  }

  get isEmpty(): boolean {
    return this.members.length === 0 && this.nodes.size === 0;
  }

  /** Whether a message may have to be queued for a member. */
  get hasQueue(): boolean {
    return this.members.some(hasQueue);
  }

  add(session: Session, { options }: Subscription): void {
    this.remove(session);
    const identifiers = options.identifier === undefined ? undefined : [options.identifier];
    const member = new Recipient(session, options.qos, options.retainAsPublished, identifiers);
    member.groupKey = this.filterKey;
    this.members.push(member);
  }

  remove(session: Session): void {
    const index = this.members.findIndex((member) => member.session === session);
    if (index < 0) return;
    const last = this.members.pop();
    if (last !== undefined && index < this.members.length) this.members[index] = last;
  }

  /** Another node has so many members without a persistent session; 0 for none any more. */
  setRemote(nodeId: string, members: number): void {
    this.elsewhere += members - (this.nodes.get(nodeId) ?? 0);
    if (members > 0) this.nodes.set(nodeId, members);
    else this.nodes.delete(nodeId);
  }

  /**
   * Chooses for one message: a random one of the members that are online; if there is none and the message can wait, the
   * queue of the group, as long as a member has a session. AWS: Shared subscriptions. `undefined` when nobody can have it.
   *
   * @param random a number from 0 up to 1
   */
  pick(random: () => number, { canQueue, hops }: ChoiceTerms): GroupChoice | undefined {
    const { members } = this;
    const mayLeave = hops < MAXIMUM_HOPS;
    const total = members.length + (mayLeave ? this.elsewhere : 0);
    for (let tries = 0; tries < QUICK_PICKS; tries++) {
      const place = Math.floor(random() * total);
      if (place >= members.length) return this.nodeAt(place - members.length);
      const member = members[place];
      if (member !== undefined && isOnline(member, mayLeave)) return reached(member, canQueue);
    }
    const online = members.filter((member) => isOnline(member, mayLeave));
    const place = Math.floor(random() * (online.length + (mayLeave ? this.elsewhere : 0)));
    const chosen = online[place];
    if (chosen !== undefined) return reached(chosen, canQueue);
    const nodeId = this.nodeAt(place - online.length);
    if (nodeId !== undefined && mayLeave) return nodeId;
    if (!canQueue || !this.hasQueue) return undefined;
    return this.waiting;
  }

  /** Chooses among the members that are connected to this node; `undefined` when there is none. */
  pickHere(random: () => number): Recipient | undefined {
    const here = this.members.filter(({ session }) => session.receiver !== undefined);
    return here[Math.floor(random() * here.length)];
  }

  private nodeAt(place: number): string | undefined {
    let left = place;
    for (const [nodeId, members] of this.nodes) {
      left -= members;
      if (left < 0) return nodeId;
    }
    return undefined;
  }
}

function hasQueue({ session, qos }: Recipient): boolean {
  return session.isPersistent && qos > 0;
}

function isOnline({ session }: Recipient, mayLeave: boolean): boolean {
  return session.receiver !== undefined || (mayLeave && session.nodeId !== undefined);
}

/** A member at another node is reached through its queue, or, where nothing is queued, by its node picking a member. */
function reached(member: Recipient, canQueue: boolean): GroupChoice {
  const { receiver, nodeId } = member.session;
  if (receiver !== undefined || nodeId === undefined || (canQueue && hasQueue(member))) return member;
  return nodeId;
}
