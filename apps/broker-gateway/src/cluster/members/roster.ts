/** What a heartbeat brought back: all members with the time of their last one, and the time now, by Redis' clock. */
export interface Beat {
  readonly now: number;
  readonly members: ReadonlyMap<string, number>;
}

/** What a heartbeat changed for a node. */
export interface RosterChange {
  readonly joined: readonly string[];
  readonly gone: readonly string[];
  /** Members that have been silent for so long that this node may bury them. */
  readonly silent: readonly string[];
}

/**
 * Who the other members are and which of them are silent. It trusts nobody's clock but Redis', and not itself as long as
 * its own heartbeats do not come through: after Redis was away everybody has been silent.
 */
export class Roster {
  private members = new Set<string>();
  /** Since when the heartbeats of this node have come through one after the other. */
  private steadySince: number | undefined;
  private lastBeat = 0;

  /** @param deadAfterMs how long a member may be silent */
  constructor(
    private readonly nodeId: string,
    private readonly deadAfterMs: number,
  ) {}

  /** The other members, as of the last heartbeat. */
  get others(): ReadonlySet<string> {
    return this.members;
  }

  /** Takes what a heartbeat brought back. */
  beat({ now, members }: Beat): RosterChange {
    if (this.steadySince === undefined || now - this.lastBeat > this.deadAfterMs / 2) this.steadySince = now;
    this.lastBeat = now;
    const before = this.members;
    this.members = new Set([...members.keys()].filter((nodeId) => nodeId !== this.nodeId));
    const isSteady = now - this.steadySince >= this.deadAfterMs;
    return {
      joined: [...this.members].filter((nodeId) => !before.has(nodeId)),
      gone: [...before].filter((nodeId) => !this.members.has(nodeId)),
      silent: isSteady
        ? [...this.members].filter((nodeId) => now - (members.get(nodeId) ?? now) >= this.deadAfterMs)
        : [],
    };
  }

  /** A heartbeat did not come through. */
  missed(): void {
    this.steadySince = undefined;
  }
}
