/** Who could have a message of a shared subscription, as a node sees it. */
export interface GroupMembers {
  /** Members connected here. */
  readonly local: number;
  /** Members connected to other nodes, by node. What is known of them may be a moment old. */
  readonly remote: ReadonlyMap<string, number>;
  /** Members that are connected nowhere and whose sessions keep messages. */
  readonly waiting: number;
}

/** Who gets a message: a member here, one at another node, the queue of one that is away, or nobody. */
export type GroupChoice =
  | { readonly kind: 'local' }
  | { readonly kind: 'remote'; readonly nodeId: string }
  | { readonly kind: 'queue' }
  | { readonly kind: 'none' };

/**
 * How often a message is handed on when the node that was chosen has no member any more. After that only members here and
 * queues count, so that it comes to an end however fast members move.
 */
export const MAX_HOPS = 3;

/**
 * Chooses for one message of one group. AWS: a random member of those that are online; when there is none and the message
 * has QoS 1, it is queued if there is a persistent session. The node that is chosen picks the member.
 *
 * @param hops how many nodes have chosen before
 * @param canQueue whether the message has QoS 1
 * @param random from 0 up to 1
 */
export function chooseMember(
  { local, remote, waiting }: GroupMembers,
  { hops, canQueue, random }: { hops: number; canQueue: boolean; random: number },
): GroupChoice {
  const nodes = hops < MAX_HOPS ? [...remote] : [];
  const online = nodes.reduce((sum, [, members]) => sum + members, local);
  if (online > 0) {
    let place = random * online - local;
    if (place < 0) return { kind: 'local' };
    for (const [nodeId, members] of nodes) {
      place -= members;
      if (place < 0) return { kind: 'remote', nodeId };
    }
  }
  return { kind: canQueue && waiting > 0 ? 'queue' : 'none' };
}
