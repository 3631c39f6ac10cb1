import {
  type Attributes,
  type Context,
  context,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { readTraceparent, writeTraceparent } from './traceparent.js';

/** The side of a span, as OpenTelemetry has it. */
export type SpanSide = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** What a span is of. */
export interface SpanOptions {
  /** `internal` unless given. */
  readonly side?: SpanSide;
  /** By the names of OpenTelemetry's semantic conventions, else with the prefix `thingcore.`; undefined ones are left out. */
  readonly attributes?: Attributes;
  /** The `traceparent` that something brought along. Without a valid one it is a child of the span that runs, if any. */
  readonly parent?: string | undefined;
  /** Whether it may begin a trace, as the edges do. Else there is no span without a parent: what the platform does on its own is no trace. */
  readonly isEdge?: boolean;
}

/** A span that ends elsewhere. */
export interface OpenSpan {
  /** Runs work as its child. */
  run<T>(work: () => T): T;
  /** Adds what is known by now. */
  note(attributes: Attributes): void;
  /** Ends it, as failed with an error. */
  end(error?: unknown): void;
}

const SIDES: Readonly<Record<SpanSide, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/** No trace is recorded until somebody gives a tracer. */
let tracer: Tracer | undefined;

/** Has spans recorded with a tracer, or none any more. For the start and stop of tracing. */
export function recordWith(newTracer: Tracer | undefined): void {
  tracer = newTracer;
}

/** Whether traces are recorded. Code of which a message waits asks this first: off, tracing costs this call. */
export function isTracing(): boolean {
  return tracer !== undefined;
}

/** The `traceparent` for what the running code causes elsewhere; undefined when it is of no trace. */
export function currentTraceparent(): string | undefined {
  if (tracer === undefined) return undefined;
  const spanContext = trace.getActiveSpan()?.spanContext();
  return spanContext && writeTraceparent(spanContext);
}

/** The ids for a log line of the running code, by the names of OpenTelemetry's log data model; empty when it is of no trace. */
export function currentTraceIds(): { trace_id?: string; span_id?: string } {
  const spanContext = tracer === undefined ? undefined : trace.getActiveSpan()?.spanContext();
  return spanContext === undefined ? {} : { trace_id: spanContext.traceId, span_id: spanContext.spanId };
}

/** Adds what is known by now to the span of the running code, if there is one. */
export function noteOnSpan(attributes: Attributes): void {
  if (tracer !== undefined) trace.getActiveSpan()?.setAttributes(attributes);
}

/**
 * Does work within a span; the span ends when the work has, or the promise it gives is settled. What the work throws is
 * noted and thrown on. Without tracing, or without a parent, it is just the work.
 */
export function inSpan<T>(name: string, options: SpanOptions, work: () => T): T {
  const span = openSpan(name, options);
  if (span === undefined) return work();
  let result: T;
  try {
    result = span.run(work);
  } catch (error) {
    span.end(error);
    throw error;
  }
  if (!(result instanceof Promise)) {
    span.end();
    return result;
  }
  return result.then(
    (value: unknown) => {
      span.end();
      return value;
    },
    (error: unknown) => {
      span.end(error);
      throw error;
    },
  ) as T;
}

/** Begins a span that is ended by hand; undefined without tracing, or without a parent. */
export function openSpan(name: string, options: SpanOptions): OpenSpan | undefined {
  if (tracer === undefined) return undefined;
  const parent = parentOf(options);
  if (parent === undefined) return undefined;
  const { side = 'internal', attributes = {} } = options;
  const span = tracer.startSpan(name, { kind: SIDES[side], attributes }, parent);
  return new TracedSpan(span, trace.setSpan(parent, span));
}

/** The `traceparent` of an open span. */
export function traceparentOf(span: OpenSpan | undefined): string | undefined {
  return span?.run(currentTraceparent);
}

function parentOf({ parent, isEdge = false }: SpanOptions): Context | undefined {
  const remote = readTraceparent(parent);
  if (remote !== undefined) return trace.setSpanContext(context.active(), remote);
  const active = context.active();
  return isEdge || trace.getSpanContext(active) !== undefined ? active : undefined;
}

class TracedSpan implements OpenSpan {
  constructor(
    private readonly span: Span,
    private readonly within: Context,
  ) {}

  run<T>(work: () => T): T {
    return context.with(this.within, work);
  }

  note(attributes: Attributes): void {
    this.span.setAttributes(attributes);
  }

  end(error?: unknown): void {
    if (error !== undefined) {
      const { message, code } = described(error);
      this.span.setStatus({ code: SpanStatusCode.ERROR, message });
      this.span.setAttribute('error.type', code);
    }
    this.span.end();
  }
}

/** An `IotError` has a code, which is its type; of everything else it is the class. */
function described(error: unknown): { message: string; code: string } {
  if (!(error instanceof Error)) return { message: String(error), code: '_OTHER' };
  const { code } = error as { code?: unknown };
  return { message: error.message, code: typeof code === 'string' ? code : error.name };
}
