import { inSpan } from '#thingcore/tracing';
import { isObservable, lastValueFrom } from 'rxjs';
import { eventAttributes } from './traced-clients.js';

/** What a handler is for. */
export type HandledKind = 'command' | 'event';

/**
 * Runs a handler within a span of the trace its message is of, if any. `run` gives what Nest's handlers give; the outcome
 * is a value or a rejection, since only so the span knows how it ended.
 */
export function traceHandler(
  kind: HandledKind,
  pattern: string,
  traceparent: string | undefined,
  run: () => Promise<unknown>,
): Promise<unknown> {
  const settled = async (): Promise<unknown> => {
    const result = await run();
    return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
  };
  if (kind === 'command') {
    const attributes = { 'rpc.system.name': 'thingcore', 'rpc.method': pattern };
    return inSpan(pattern, { side: 'server', parent: traceparent, attributes }, settled);
  }
  const attributes = { ...eventAttributes(pattern), 'messaging.operation.type': 'process' };
  return inSpan(`process ${pattern}`, { side: 'consumer', parent: traceparent, attributes }, settled);
}
