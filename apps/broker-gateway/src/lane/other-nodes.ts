import type { LaneCore } from './connection/lane-core.js';
import { isExpired, remainingSeconds } from './packets/message-expiry.js';
import type { PublishFrame } from './packets/publish-frame.js';
import { latin1Key } from './packets/utf8-text.js';
import type { ForwardedMessage, QueuedPosition } from './ports/lane-remote.js';
import { RemoteNode } from './routing/remote-node.js';
import { announceTo } from './delivery/message-router.js';

/** How a message that is forwarded is to be delivered to most of those who have it in their queue. */
const PLAIN = { qos: 1, isRetained: false } as const;

/** What this node knows of the others, and does for them. */
export class OtherNodes {
  private readonly nodes = new Map<string, RemoteNode>();

  constructor(private readonly core: LaneCore) {}

  /** Tells where a persistent session is connected, when it is another node; `undefined` when it is not any more. */
  locate(clientId: string, nodeId: string | undefined): void {
    const session = this.core.sessions.persistent(clientId);
    session.nodeId = nodeId;
    if (session.untold > 0) this.core.router.tellOf(session).catch((error: unknown) => this.core.failed(error));
  }

  /** Another node has come to want what a filter matches, or wants it no more, for clients without persistent session. */
  remoteFilter(nodeId: string, filter: string, isWanted: boolean): void {
    const node = this.node(nodeId);
    if (isWanted) this.core.index.add(node, filter, { qos: 1, noLocal: false, retainAsPublished: true });
    else this.core.index.remove(node, filter);
  }

  /** Another node has so many members of a shared subscription without persistent session; 0 for none any more. */
  remoteGroup(nodeId: string, groupFilter: string, members: number): void {
    this.core.index.setRemoteMembers(this.node(nodeId), groupFilter, members);
  }

  /** Another node is gone, with all its connections. */
  remoteGone(nodeId: string): void {
    const node = this.nodes.get(nodeId);
    if (node !== undefined) this.core.index.removeAll(node);
    this.nodes.delete(nodeId);
    this.core.sessions.forgetNode(nodeId);
  }

  /**
   * Delivers a message of another node to the receivers here, and to nobody else but members of its groups that have left
   * since. What is answered resolves when those have it for sure; `undefined` when there is nothing to wait for.
   */
  receive(message: ForwardedMessage): Promise<void> | undefined {
    const { frame, publisherId, queued, groups, hops } = message;
    if (frame === undefined) {
      for (const one of queued) this.arrived(one);
      return undefined;
    }
    const { core } = this;
    if (hops === 0) core.router.deliverFromNode(frame, core.routes.route(frame.topicKey), publisherId);
    if (queued.length > 0) this.announce(frame, queued);
    return groups.length > 0 ? this.bringToGroups(frame, groups, hops + 1) : undefined;
  }

  /** Chooses again for the groups of a message that did not reach the member it was for; nothing else of it counts. */
  async chooseAgain({ frame, groups, hops }: ForwardedMessage): Promise<void> {
    if (frame !== undefined) await this.bringToGroups(frame, groups, hops);
  }

  private async bringToGroups(frame: PublishFrame, groups: readonly string[], hops: number): Promise<void> {
    const { core } = this;
    const now = core.now();
    if (isExpired(frame.expiresAt, now)) {
      core.counters.expired++; // [MQTT-3.3.2-5]
      return;
    }
    if (frame.expiresAt > 0) frame.expirySeconds = remainingSeconds(frame.expiresAt, now);
    const route = core.routes.route(frame.topicKey);
    for (const group of groups) await core.router.deliverToGroup(frame, route, latin1Key(group), hops);
  }

  private announce(frame: PublishFrame, queued: readonly QueuedPosition[]): void {
    const { core } = this;
    // How others get it depends on their subscriptions: the queue has it as it is to be delivered.
    const isPlain = frame.qos === PLAIN.qos && !frame.isRetained;
    core.forms.use(frame);
    for (const one of queued) {
      const session = core.sessions.find(one.clientId);
      if (isPlain && session?.receiver !== undefined) announceTo(session, one.position, core.forms, frame, PLAIN);
      else this.arrived(one);
    }
    core.forms.release();
  }

  /** Something is in the queue of a session that was believed to be here. */
  private arrived({ clientId, position }: QueuedPosition): void {
    const session = this.core.sessions.find(clientId);
    if (session === undefined) return;
    if (session.receiver !== undefined) {
      session.receiver.queue.arrived(position);
      return;
    }
    session.untold = position;
    if (session.nodeId !== undefined) this.locate(clientId, session.nodeId);
  }

  private node(nodeId: string): RemoteNode {
    let node = this.nodes.get(nodeId);
    if (node === undefined) this.nodes.set(nodeId, (node = new RemoteNode(nodeId)));
    return node;
  }
}
