import { OTLP_PROTOCOLS, SAMPLERS, type TracingOptions } from '#thingcore/tracing';
import { z } from 'zod';
import { type ConfigOf, setting, wholeNumber } from './config.js';

const endpoint = z.url('must be the URL of an OpenTelemetry collector, as in http://collector:4318').optional();
const protocol = z.enum(OTLP_PROTOCOLS, `must be one of ${OTLP_PROTOCOLS.join(', ')}`).optional();

/**
 * What OpenTelemetry calls for: the names, values and defaults of its specification, so that what operators know works.
 * Time limit, headers, compression and certificates of the exporter are read by the exporter itself.
 */
export const tracingSettings = {
  endpoint: setting(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    endpoint,
    'Traces are sent to this OpenTelemetry collector, at the path `/v1/traces`; without it, or the next, none are recorded',
  ),
  tracesEndpoint: setting(
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    endpoint,
    'The same for traces alone, with the whole path',
  ),
  isDisabled: setting('OTEL_SDK_DISABLED', z.enum(['true', 'false']).default('false'), 'Whether tracing is off anyway'),
  exporter: setting(
    'OTEL_TRACES_EXPORTER',
    z.enum(['otlp', 'none'], 'must be otlp or none').default('otlp'),
    '`none`: tracing is off anyway',
  ),
  protocol: setting('OTEL_EXPORTER_OTLP_PROTOCOL', protocol, 'How traces travel: `http/protobuf` unless given'),
  tracesProtocol: setting('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', protocol, 'The same for traces alone'),
  serviceName: setting(
    'OTEL_SERVICE_NAME',
    z.string().optional(),
    'Name of the process in traces: `thingcore-` and its service, or `thingcore` when all are in one process, unless given',
  ),
  sampler: setting(
    'OTEL_TRACES_SAMPLER',
    z.enum(SAMPLERS, `must be one of ${SAMPLERS.join(', ')}`).default('parentbased_always_on'),
    'Which traces are recorded',
  ),
  samplerArgument: setting(
    'OTEL_TRACES_SAMPLER_ARG',
    z.coerce.number('must be a number from 0 to 1').min(0).max(1, 'must be a number from 0 to 1').default(1),
    'The part of traces that samplers by ratio record, from 0 to 1',
  ),
  exportDelayMs: setting(
    'OTEL_BSP_SCHEDULE_DELAY',
    wholeNumber(5_000, 1, 3_600_000),
    'Milliseconds after which spans leave at the latest',
  ),
  maxQueueSize: setting(
    'OTEL_BSP_MAX_QUEUE_SIZE',
    wholeNumber(2_048, 1, 1_000_000),
    'Spans that wait at most; further ones are lost',
  ),
  maxExportBatchSize: setting(
    'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
    wholeNumber(512, 1, 1_000_000),
    'Spans of one export at most',
  ),
  exportTimeoutMs: setting(
    'OTEL_BSP_EXPORT_TIMEOUT',
    wholeNumber(30_000, 1, 3_600_000),
    'Milliseconds that one export may take',
  ),
};

/** What a process was told about traces. */
export type TracingConfig = ConfigOf<typeof tracingSettings>;

/** How to trace; undefined when no collector is named, or tracing was switched off: then nothing is recorded or loaded. */
export function tracingOptions(config: TracingConfig, name: string): TracingOptions | undefined {
  const { endpoint: general, tracesEndpoint, isDisabled, exporter } = config;
  if ((tracesEndpoint ?? general) === undefined || isDisabled === 'true' || exporter === 'none') return undefined;
  const { sampler, samplerArgument, exportDelayMs, maxQueueSize, maxExportBatchSize, exportTimeoutMs } = config;
  return {
    serviceName: config.serviceName ?? name,
    protocol: config.tracesProtocol ?? config.protocol ?? 'http/protobuf',
    sampler,
    ratio: samplerArgument,
    exportDelayMs,
    maxQueueSize,
    maxExportBatchSize,
    exportTimeoutMs,
  };
}
