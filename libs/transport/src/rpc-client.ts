import type { CommandContract, ReplyOf, RequestOf } from '#thingcore/contracts';

/** How long a call waits unless its caller says otherwise, in milliseconds. */
export const DEFAULT_DEADLINE_MS = 5_000;

/** What a caller may say about one call. */
export interface CallOptions {
  /** Milliseconds until the call fails with `ServiceUnavailable`; 5,000 unless given. */
  deadlineMs?: number;
  /** Continues the chain of another call; the running handler's id, else a new one, unless given. */
  correlationId?: string;
}

/** Sends commands to the service that owns them. The token to inject; `TransportModule` decides what stands behind it. */
export abstract class RpcClient {
  /**
   * Sends a command to exactly one replica of its owner, at most once, and returns the answer. The answer is trusted to
   * be what the contract says: the owner's tests prove it.
   *
   * Errors: the handler's own with code, message and details; `Internal` for whatever else it threw;
   * `ServiceUnavailable` when nobody listens (within a second) or the deadline passes, both may be tried again.
   */
  abstract call<C extends CommandContract>(
    contract: C,
    input: RequestOf<C>,
    options?: CallOptions,
  ): Promise<ReplyOf<C>>;
}
