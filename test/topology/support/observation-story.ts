import { type OtlpReceiver, type ReceivedSpan, waitFor } from '#thingcore/testing';
import { connectMqttjs, type MqttjsDevice } from './devices/mqttjs-device.js';
import type { World } from './world.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
/** Of a trace that a device or an application has begun, and that is recorded. */
const TRACEPARENT = `00-${TRACE}-${SPAN}-01`;

const REQUEST_TRACE = 'a3ce929d0e0e47364bf92f3577b34da6';
const REQUEST_ID = 'asked-by-a-test';

/** For a product that tells everything: traces are recorded when whoever asks has begun one, and no others. */
export function observedSettings({ url }: OtlpReceiver): Record<string, string> {
  return {
    THINGCORE_LOG_LEVEL: 'debug',
    OTEL_EXPORTER_OTLP_ENDPOINT: url,
    OTEL_BSP_SCHEDULE_DELAY: '100',
    OTEL_TRACES_SAMPLER: 'parentbased_always_off',
  };
}

interface LogLine {
  readonly service: string;
  readonly msg: string;
  readonly correlationId?: string;
  readonly trace_id?: string;
  readonly [field: string]: unknown;
}

/** What operators see of one message on its way through the processes. */
export function describeObservationStory(world: () => World, collector: () => OtlpReceiver): void {
  describe('one message, from a device to what its rule did', () => {
    let device: MqttjsDevice;
    let correlationId: string;

    /** The lines of the log with some id. */
    const linesOf = (id: string): LogLine[] =>
      world()
        .product.program.stdout.split('\n')
        .filter((line) => line.includes(id))
        .map((line) => JSON.parse(line.slice(line.indexOf('{'))) as LogLine);

    const spanOf = (service: string, name: string, parent?: ReceivedSpan): ReceivedSpan | undefined =>
      collector().spans.find(
        (span) =>
          span.service === `thingcore-${service}` &&
          span.name === name &&
          (parent === undefined || span.parentSpanId === parent.spanId),
      );

    /** Waits for a span under another: it leaves its process by and by. */
    const nextSpan = async (service: string, name: string, parent?: ReceivedSpan): Promise<ReceivedSpan> => {
      await waitFor(() => spanOf(service, name, parent) !== undefined, { what: `the span ${name} of ${service}` });
      return spanOf(service, name, parent)!;
    };

    beforeAll(async () => {
      const { application, product } = world();
      await application.createThing('observed');
      await application.createRule(
        'observe',
        "SELECT * FROM 'observed/+'",
        [
          { republish: { topic: 'seen/${topic(2)}', qos: 1 } },
          { republish: { topic: '$$aws/things/observed/shadow/update', qos: 1 } },
          { postgresql: { table: 'there_is_no_such_table' } },
        ],
        { republish: { topic: 'failed/${topic(2)}', qos: 1 } },
      );
      const identity = { clientId: 'observed', url: product.endpoints.mqtt };
      device = world().keep(await connectMqttjs(identity, { protocolVersion: 5 }));
      await device.subscribe('failed/#');
      await device.client.publishAsync('observed/1', '{"state":{"reported":{"n":1}}}', {
        qos: 1,
        properties: { userProperties: { traceparent: TRACEPARENT } },
      });
      const failed = await device.inbox.find(({ topic }) => topic === 'failed/1', 'what the error action says');
      correlationId = (JSON.parse(failed.payload) as { cloudwatchTraceId: string }).cloudwatchTraceId;
    });

    it('has its id in every line that it led to, in all processes', async () => {
      const told = (service: string, msg: string, fields: Record<string, unknown>) =>
        linesOf(correlationId).some(
          (line) =>
            line.service === service &&
            line.msg === msg &&
            line.correlationId === correlationId &&
            Object.entries(fields).every(([name, value]) => line[name] === value),
        );
      const expected: [string, string, Record<string, unknown>][] = [
        ['broker', 'a message was taken', { topicName: 'observed/1', traceId: correlationId, clientId: 'observed' }],
        ['rules', 'a rule was evaluated', { rule: 'observe', matched: true }],
        ['rules', 'an action of a rule was done', { rule: 'observe', action: 'republish' }],
        ['rules', 'an action of a rule failed', { rule: 'observe', action: 'postgresql' }],
        ['shadow', 'a shadow was asked', { thingName: 'observed', operation: 'update' }],
      ];
      await waitFor(() => expected.every((line) => told(...line)), { what: 'all lines' }).catch(() => undefined);
      expect(expected.filter((line) => !told(...line))).toEqual([]);
    });

    it('is one trace, under the one that the device has brought, across all processes', async () => {
      const published = await nextSpan('broker', 'mqtt publish');
      expect(published).toMatchObject({ traceId: TRACE, parentSpanId: SPAN, kind: 2 });
      expect(published.attributes).toMatchObject({ 'messaging.destination.name': 'observed/1' });
      const rule = await nextSpan('rules', 'rule observe', published);
      const failed = await nextSpan('rules', 'action postgresql', rule);
      expect(failed.isError).toBe(true);
      const republished = await nextSpan('rules', 'action republish', rule);
      await nextSpan('broker', 'mqtt publish', republished);
      const updated = await nextSpan('shadow', 'shadow update');
      const request = collector().spans.find(({ spanId }) => spanId === updated.parentSpanId);
      expect(request).toMatchObject({ service: 'thingcore-broker', name: 'mqtt publish', traceId: TRACE });
      expect(collector().spans.filter(({ traceId }) => traceId !== TRACE)).toEqual([]);
    });

    it('comes with the user property as the device has sent it', async () => {
      const received: unknown[] = [];
      device.client.on('message', (_topic, _payload, { properties }) => received.push(properties?.userProperties));
      await device.subscribe('plain/#');
      const properties = { userProperties: { traceparent: TRACEPARENT } };
      await device.client.publishAsync('plain/1', 'x', { qos: 1, properties });
      await waitFor(() => received.length > 0, { what: 'the message' });
      expect(received).toEqual([{ traceparent: TRACEPARENT }]);
    });
  });

  describe('one request of an application', () => {
    it('keeps its id, and is a trace down to the statements of the registry', async () => {
      const { endpoints, apiKey } = world().product;
      const response = await fetch(endpoints.graphql, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${apiKey}`,
          'content-type': 'application/json',
          'x-request-id': REQUEST_ID,
          traceparent: `00-${REQUEST_TRACE}-${SPAN}-01`,
        },
        body: JSON.stringify({ query: '{ thing(name: "observed") { name } }' }),
      });
      expect(response.headers.get('x-request-id')).toBe(REQUEST_ID);
      expect(await response.json()).toEqual({ data: { thing: { name: 'observed' } } });
      const ofRequest = () => collector().spans.filter(({ traceId }) => traceId === REQUEST_TRACE);
      await waitFor(() => ofRequest().some(({ name }) => name === 'SELECT registry'), { what: 'the statement' });
      await waitFor(() => ofRequest().some(({ name }) => name === 'POST /graphql'), { what: 'the request' });
      const parentOf = (span: ReceivedSpan | undefined) =>
        ofRequest().find(({ spanId }) => spanId === span?.parentSpanId);
      const statement = ofRequest().find(({ name }) => name === 'SELECT registry');
      const handled = parentOf(statement);
      const called = parentOf(handled);
      expect(handled).toMatchObject({ service: 'thingcore-registry', kind: 2 });
      expect(called).toMatchObject({ service: 'thingcore-gateway', kind: 3, name: handled?.name });
      expect(parentOf(called)).toMatchObject({
        name: 'POST /graphql',
        parentSpanId: SPAN,
        attributes: { 'graphql.operation.type': 'query', 'http.response.status_code': '200' },
      });
    });
  });
}
