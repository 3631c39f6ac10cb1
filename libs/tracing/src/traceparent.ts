import { isSpanContextValid, type SpanContext } from '@opentelemetry/api';

/** [W3C Trace Context 3.2.2] Version, trace id, parent id, flags; a later version may add more behind a hyphen. */
const TRACEPARENT = /^(?!ff)([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/** The name of the header, the MQTT 5 user property and the field of messages that carry a trace on. */
export const TRACEPARENT_NAME = 'traceparent';

/** The span that a `traceparent` names; undefined for a text that is none, which starts a trace of its own. */
export function readTraceparent(text: string | undefined): SpanContext | undefined {
  const match = text === undefined ? null : TRACEPARENT.exec(text);
  if (match === null) return undefined;
  const [, version, traceId = '', spanId = '', flags = '', rest] = match;
  // [W3C Trace Context 3.2.2.1] Version 00 has four fields and nothing more.
  if (version === '00' && rest !== undefined) return undefined;
  const context: SpanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
  return isSpanContextValid(context) ? context : undefined;
}

/** Whether somebody records the trace that a `traceparent` is of. */
export function isSampled(traceparent: string | undefined): boolean {
  return ((readTraceparent(traceparent)?.traceFlags ?? 0) & 1) === 1;
}

/** The `traceparent` of a span. */
export function writeTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${(traceFlags & 1).toString().padStart(2, '0')}`;
}
