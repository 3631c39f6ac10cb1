import { ConfigError, readConfig } from './config.js';
import { tracingOptions, tracingSettings } from './tracing.config.js';

const optionsOf = (environment: Record<string, string>) =>
  tracingOptions(readConfig(tracingSettings, environment), 'thingcore-rules');

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

describe('tracing', () => {
  it.each([
    ['nobody names a collector', {}],
    ['the SDK is disabled', { ...ENDPOINT, OTEL_SDK_DISABLED: 'true' }],
    ['there is no exporter', { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }],
  ])('is off when %s', (_name, environment) => {
    expect(optionsOf(environment)).toBeUndefined();
  });

  it('has the defaults of the specification', () => {
    expect(optionsOf(ENDPOINT)).toEqual({
      serviceName: 'thingcore-rules',
      protocol: 'http/protobuf',
      sampler: 'parentbased_always_on',
      ratio: 1,
      exportDelayMs: 5_000,
      maxQueueSize: 2_048,
      maxExportBatchSize: 512,
      exportTimeoutMs: 30_000,
    });
  });

  it('takes what is said of traces alone before what is said of all', () => {
    const options = optionsOf({
      ...ENDPOINT,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      OTEL_SERVICE_NAME: 'edge',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    });
    expect(options).toMatchObject({ protocol: 'http/json', serviceName: 'edge', sampler: 'traceidratio', ratio: 0.25 });
  });

  it.each([
    ['a protocol that is not offered', { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'http/protobuf'],
    ['a sampler that there is not', { OTEL_TRACES_SAMPLER: 'jaeger_remote' }, 'parentbased_always_on'],
    ['a ratio above 1', { OTEL_TRACES_SAMPLER_ARG: '7' }, 'from 0 to 1'],
    ['an endpoint that is no URL', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector' }, 'http://collector:4318'],
  ])('refuses %s and says what there is', (_name, environment, text) => {
    expect(() => optionsOf(environment)).toThrow(ConfigError);
    expect(() => optionsOf(environment)).toThrow(text);
  });
});
