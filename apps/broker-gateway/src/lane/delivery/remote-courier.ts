import type { PublishFrame } from '../packets/publish-frame.js';
import type { LaneRemote, QueuedPosition } from '../ports/lane-remote.js';

/** What one node shall do with the message that is being delivered. */
interface Errand {
  readonly queued: QueuedPosition[];
  readonly groups: string[];
}

/** Of a node that shall only have the message. */
const NO_ERRAND: Errand = { queued: [], groups: [] };

/**
 * Collects what other nodes shall do with one message, and sends it to each of them once. Caution: allocates nothing until
 * a node has more to do than to deliver.
 */
export class RemoteCourier {
  private readonly nodeIds: string[] = [];
  private readonly errands: Errand[] = [];
  private count = 0;

  constructor(private readonly remote: LaneRemote) {}

  /** A node shall have the message. */
  reach(nodeId: string): void {
    this.indexOf(nodeId);
  }

  /** What a node that shall have the message shall do beside. */
  to(nodeId: string): Errand {
    const index = this.indexOf(nodeId);
    const errand = this.errands[index];
    if (errand !== undefined && errand !== NO_ERRAND) return errand;
    return (this.errands[index] = { queued: [], groups: [] });
  }

  /** Sends the message to all who were asked for; what is answered resolves when they all have it. */
  send(frame: PublishFrame, publisherId: string | undefined, hops: number): Promise<unknown> | undefined {
    const { count } = this;
    if (count === 0) return undefined;
    this.count = 0;
    // What several messages of one turn share with one node stays one promise.
    if (count === 1) return this.forward(0, frame, publisherId, hops);
    return Promise.all(Array.from({ length: count }, (_, index) => this.forward(index, frame, publisherId, hops)));
  }

  private forward(index: number, frame: PublishFrame, publisherId: string | undefined, hops: number): Promise<void> {
    const { queued, groups } = this.errands[index] as Errand;
    return this.remote.forward(this.nodeIds[index] as string, frame, { publisherId, queued, groups, hops });
  }

  private indexOf(nodeId: string): number {
    const { nodeIds, count } = this;
    for (let index = 0; index < count; index++) if (nodeIds[index] === nodeId) return index;
    nodeIds[count] = nodeId;
    this.errands[count] = NO_ERRAND;
    return this.count++;
  }
}
