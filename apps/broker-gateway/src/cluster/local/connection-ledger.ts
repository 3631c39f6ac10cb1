import type { Claim } from '../cluster.js';

/** A will whose time has not come. */
export interface DelayedWill {
  readonly clientId: string;
  readonly will: Buffer;
  /** Milliseconds since the epoch. */
  readonly dueAt: number;
}

/** What a process that is gone has left. */
export interface Estate {
  /** Its connections that had not ended. */
  readonly connections: readonly Claim[];
  /** By the token of their connection. */
  readonly wills: ReadonlyMap<number, Buffer>;
  readonly delayedWills: ReadonlyMap<number, DelayedWill>;
  /** When sessions end, in milliseconds since the epoch, by client. */
  readonly endings: ReadonlyMap<string, number>;
}

/** What is to be remembered, and what to be forgotten. `undefined` forgets. */
export interface LedgerChange {
  readonly connection?: readonly [clientId: string, claim: Claim | undefined];
  readonly will?: readonly [token: number, will: Buffer | undefined];
  readonly delayedWill?: readonly [token: number, will: DelayedWill | undefined];
  readonly ending?: readonly [clientId: string, endsAt: number | undefined];
}

/**
 * What a node that is alone has to know after it was killed: who was connected, which wills are to be published, when
 * sessions end. What is written survives the process, though not the machine.
 */
export interface ConnectionLedger {
  /** Opens it; answers what is in it. */
  open(): Promise<Estate>;
  /** All of a change or nothing. */
  write(change: LedgerChange): Promise<void>;
  /** Has a change written soon, or with the next {@link write}, in order with it: for what nobody waits for. */
  note(change: LedgerChange): void;
  close(): Promise<void>;
}
