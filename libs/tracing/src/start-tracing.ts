import { context, diag, DiagLogLevel, trace } from '@opentelemetry/api';
import type { Sampler } from '@opentelemetry/sdk-trace';
import { recordWith } from './tracing.js';

/** How to sample, by the names of the OpenTelemetry specification. */
export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** How spans travel to the collector. */
export const OTLP_PROTOCOLS = ['http/protobuf', 'http/json'] as const;

const PROBLEM_EVERY_MS = 60_000;

/** What is recorded, as what, and how it leaves. */
export interface TracingOptions {
  /** `service.name`, unless OTEL_RESOURCE_ATTRIBUTES says another one. */
  readonly serviceName: string;
  readonly protocol: (typeof OTLP_PROTOCOLS)[number];
  readonly sampler: (typeof SAMPLERS)[number];
  /** For the samplers by ratio, 0 to 1. */
  readonly ratio: number;
  /** Milliseconds after which spans leave at the latest. */
  readonly exportDelayMs: number;
  /** Spans that wait at most; further ones are lost. */
  readonly maxQueueSize: number;
  readonly maxExportBatchSize: number;
  /** Milliseconds that one export may take. */
  readonly exportTimeoutMs: number;
}

/**
 * Begins to record traces and to send them to the collector that OTEL_EXPORTER_OTLP_ENDPOINT, or
 * OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, names: the exporter reads these and its headers, certificates, compression and
 * time limit from the environment itself. The SDK is loaded here and nowhere else: a process without tracing never has it.
 *
 * @param onProblem told when spans do not reach the collector, now and then
 * @returns how to send what is left and stop
 */
export async function startTracing(
  options: TracingOptions,
  onProblem: (reason: string) => void,
): Promise<() => Promise<void>> {
  const problems = problemsOnly(onProblem);
  diag.setLogger(problems, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const [{ BatchSpanProcessor, TracerProvider }, { AsyncLocalStorageContextManager }, resources, exporter] =
    await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/context-async-hooks'),
      import('@opentelemetry/resources'),
      exporterOf(options),
    ]);
  const { defaultResource, detectResources, envDetector, hostDetector, resourceFromAttributes } = resources;
  const detected = detectResources({ detectors: [hostDetector, envDetector] });
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(resourceFromAttributes({ 'service.name': options.serviceName, 'service.namespace': 'thingcore' }))
      .merge(detected),
    sampler: await samplerOf(options),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        scheduledDelayMillis: options.exportDelayMs,
        maxQueueSize: options.maxQueueSize,
        maxExportBatchSize: Math.min(options.maxExportBatchSize, options.maxQueueSize),
        exportTimeoutMillis: options.exportTimeoutMs,
      }),
    ],
  });
  const manager = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(manager);
  trace.setGlobalTracerProvider(provider);
  recordWith(provider.getTracer('thingcore'));
  return async () => {
    recordWith(undefined);
    // A collector that is away must not keep the process from its end.
    await provider.shutdown().catch((error: unknown) => problems.error(String(error)));
    trace.disable();
    context.disable();
    diag.disable();
  };
}

/** A collector that is away fails each export: once a minute is enough to hear of it. */
function problemsOnly(onProblem: (reason: string) => void) {
  let silentUntil = 0;
  const tell = (text: string) => {
    if (performance.now() < silentUntil) return;
    silentUntil = performance.now() + PROBLEM_EVERY_MS;
    onProblem(text);
  };
  const quiet = () => undefined;
  return { error: tell, warn: tell, info: quiet, debug: quiet, verbose: quiet };
}

async function exporterOf({ protocol }: TracingOptions) {
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter();
}

async function samplerOf({ sampler, ratio }: TracingOptions): Promise<Sampler> {
  const { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler, TraceIdRatioBasedSampler } =
    await import('@opentelemetry/sdk-trace');
  switch (sampler) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return new TraceIdRatioBasedSampler(ratio);
    case 'parentbased_always_on':
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) });
  }
}
