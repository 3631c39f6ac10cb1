import { AsyncLocalStorage } from 'node:async_hooks';

/** What a call or an event takes along into everything it causes. */
interface CallScope {
  readonly correlationId: string;
  /** Whether the work runs inside a handler of this process: such work is finished when a transport stops. */
  readonly isHandling: boolean;
}

const scopes = new AsyncLocalStorage<CallScope>();

/** The correlation id of the call, event or edge request that caused the running code; undefined outside of any. */
export function currentCorrelationId(): string | undefined {
  return scopes.getStore()?.correlationId;
}

/**
 * Runs `work` under a correlation id: every call and event it causes carries it. For the edges (HTTP, MQTT), where a
 * chain begins; handlers find the id of their caller already set.
 */
export function withCorrelationId<T>(correlationId: string, work: () => T): T {
  return scopes.run({ correlationId, isHandling: scopes.getStore()?.isHandling ?? false }, work);
}

/** Runs a handler on behalf of the call or event with this correlation id. */
export function handleWithin<T>(correlationId: string, work: () => T): T {
  return scopes.run({ correlationId, isHandling: true }, work);
}

/** Whether the running code was caused by a handler of this process. */
export function isHandling(): boolean {
  return scopes.getStore()?.isHandling ?? false;
}
