import { type OtlpReceiver, startOtlpReceiver } from '#thingcore/testing';
import { type TracingOptions, startTracing } from './start-tracing.js';
import {
  currentTraceIds,
  currentTraceparent,
  inSpan,
  isTracing,
  noteOnSpan,
  openSpan,
  traceparentOf,
} from './tracing.js';

const OPTIONS: TracingOptions = {
  serviceName: 'tested',
  protocol: 'http/protobuf',
  sampler: 'parentbased_always_on',
  ratio: 1,
  exportDelayMs: 60_000,
  maxQueueSize: 100,
  maxExportBatchSize: 100,
  exportTimeoutMs: 5_000,
};

const SAMPLED = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const UNSAMPLED = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00';

describe('tracing', () => {
  let receiver: OtlpReceiver;
  const problems: string[] = [];

  /** Does work with tracing on; everything it recorded has been received when it resolves. */
  async function record(work: () => unknown, options: Partial<TracingOptions> = {}): Promise<void> {
    const stop = await startTracing({ ...OPTIONS, ...options }, (reason) => problems.push(reason));
    await work();
    await stop();
  }

  const spanOf = (name: string) => receiver.spans.find((span) => span.name === name)!;

  beforeEach(async () => {
    receiver = await startOtlpReceiver();
    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = receiver.url;
  });

  afterEach(async () => {
    delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
    await receiver.stop();
  });

  it('is nothing while it is off: the work is done, and there is no trace', async () => {
    expect(isTracing()).toBe(false);
    expect(openSpan('a', { isEdge: true })).toBeUndefined();
    const seen = await inSpan('a', { isEdge: true }, async () => [currentTraceparent(), currentTraceIds()]);
    expect(seen).toEqual([undefined, {}]);
    await record(() => undefined);
    expect(isTracing()).toBe(false);
    expect(receiver.spans).toEqual([]);
  });

  it.each([
    ['http/protobuf', 'application/x-protobuf'],
    ['http/json', 'application/json'],
  ] as const)('sends spans with %s, each under the one it runs in', async (protocol, mediaType) => {
    await record(
      () =>
        inSpan('edge', { side: 'server', isEdge: true, attributes: { 'a.text': 'x', 'a.number': 7 } }, async () => {
          await inSpan('inner', { side: 'client' }, () => Promise.resolve());
          noteOnSpan({ 'a.flag': true });
        }),
      { protocol },
    );
    expect([...receiver.mediaTypes]).toEqual([mediaType]);
    const edge = spanOf('edge');
    expect(edge).toMatchObject({ service: 'tested', parentSpanId: '', kind: 2, isError: false });
    expect(edge.attributes).toEqual({ 'a.text': 'x', 'a.number': '7', 'a.flag': 'true' });
    expect(spanOf('inner')).toMatchObject({ traceId: edge.traceId, parentSpanId: edge.spanId, kind: 3 });
  });

  it('carries a trace on that came from elsewhere, and hands it on', async () => {
    let handedOn: string | undefined;
    await record(() => {
      const span = openSpan('received', { parent: SAMPLED });
      handedOn = traceparentOf(span);
      span?.end();
    });
    const { traceId, spanId } = spanOf('received');
    expect(spanOf('received')).toMatchObject({ traceId: SAMPLED.split('-')[1], parentSpanId: SAMPLED.split('-')[2] });
    expect(handedOn).toBe(`00-${traceId}-${spanId}-01`);
  });

  it('records no span that nothing led to, except at an edge', async () => {
    await record(() => inSpan('of the platform itself', {}, () => undefined));
    expect(receiver.spans).toEqual([]);
  });

  it('leaves it to whoever began a trace whether it is recorded, and says so to the next', async () => {
    let handedOn: string | undefined;
    await record(() => inSpan('unsampled', { parent: UNSAMPLED }, () => (handedOn = currentTraceparent())));
    expect(receiver.spans).toEqual([]);
    expect(handedOn).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[\da-f]{16}-00$/);
  });

  it('records nothing with the sampler always_off, and a part by ratio', async () => {
    await record(() => inSpan('a', { isEdge: true }, () => undefined), { sampler: 'always_off' });
    await record(() => inSpan('a', { isEdge: true }, () => undefined), { sampler: 'traceidratio', ratio: 0 });
    expect(receiver.spans).toEqual([]);
  });

  it.each([
    ['throws', () => inSpan('failing', { isEdge: true }, () => fail(new RangeError('too far')))],
    ['rejects', () => inSpan('failing', { isEdge: true }, () => Promise.reject(new RangeError('too far')))],
  ])('notes the failure of work that %s, and passes it on', async (_name, work) => {
    let thrown: unknown;
    await record(async () => {
      try {
        await work();
      } catch (error) {
        thrown = error;
      }
    });
    expect(thrown).toEqual(new RangeError('too far'));
    expect(spanOf('failing')).toMatchObject({ isError: true, attributes: { 'error.type': 'RangeError' } });
  });

  it('says once that the collector is away, and stops all the same', async () => {
    process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = 'http://127.0.0.1:1';
    await record(() => inSpan('lost', { isEdge: true }, () => undefined), { exportTimeoutMs: 500 });
    expect(problems).toHaveLength(1);
  });
});

function fail(error: Error): never {
  throw error;
}
