import type { LaneCounters } from './lane-counters.js';
import type { LaneInterests } from './lane-interests.js';
import type { LaneBounds, LaneLimits } from './lane-limits.js';
import type { LanePace } from './lane-pace.js';
import type { LanePeer, LanePolicy, LaneRefusal } from './lane-policy.js';
import type { LaneRemote } from './lane-remote.js';
import type { LaneStore } from './lane-store.js';
import type { LaneTap } from './lane-tap.js';
import type { LaneTurns } from './lane-turns.js';

/** What a lane is made of. */
export interface LaneOptions {
  readonly limits: LaneLimits;
  readonly bounds?: Partial<LaneBounds> | undefined;
  readonly policy: LanePolicy;
  readonly tap: LaneTap;
  readonly store: LaneStore;
  readonly remote?: LaneRemote | undefined;
  readonly interests?: LaneInterests | undefined;
  readonly turns?: LaneTurns | undefined;
  readonly counters?: LaneCounters | undefined;
  /** How fast a client may send and be sent, asked for when it is let in; without it, as fast as it can. */
  pace?(peer: LanePeer): LanePace | undefined;
  /** Milliseconds since the epoch. */
  now(): number;
  /** From 0 up to 1. */
  random(): number;
  /** Why a message cannot be retained just now; `undefined` when it can. Not asked for one that deletes. */
  admitRetained?(topic: string): LaneRefusal | undefined;
  /** What to tell a publisher when a tap or a store failed with this error. */
  explain(error: unknown): LaneRefusal;
  /** A message was not taken, or a connection is about to end, for this reason. */
  refused?(peer: LanePeer, refusal: LaneRefusal): void;
  /** Whether a client is told a reason in words; without it, every client that wants to hear of problems is. */
  tells?(peer: LanePeer, reason: string): boolean;
  /** Something failed that ends no connection. */
  failed(error: unknown): void;
}
