import { Subscriber } from './subscription.js';

/** Another node of the cluster that has receivers without a persistent session for a filter. */
export class RemoteNode extends Subscriber {
  /** Shared subscriptions, as keys, that connections of the node are members of. */
  readonly groups = new Set<string>();

  constructor(readonly nodeId: string) {
    super();
  }
}
