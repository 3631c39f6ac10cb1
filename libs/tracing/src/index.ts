export { OTLP_PROTOCOLS, SAMPLERS, startTracing, type TracingOptions } from './start-tracing.js';
export { isSampled, readTraceparent, TRACEPARENT_NAME } from './traceparent.js';
export {
  currentTraceIds,
  currentTraceparent,
  inSpan,
  isTracing,
  noteOnSpan,
  type OpenSpan,
  openSpan,
  type SpanOptions,
  type SpanSide,
  traceparentOf,
} from './tracing.js';
