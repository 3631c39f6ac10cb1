import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { readProtobuf } from './protobuf-reader.js';

/** A span as a collector has received it. */
export interface ReceivedSpan {
  /** `service.name` of the process. */
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first of its trace. */
  readonly parentSpanId: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  readonly kind: number;
  readonly isError: boolean;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A collector for OpenTelemetry's OTLP over HTTP, protobuf and JSON. */
export interface OtlpReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string;
  /** What has come so far. */
  readonly spans: readonly ReceivedSpan[];
  /** The media types it came in. */
  readonly mediaTypes: ReadonlySet<string>;
  stop(): Promise<void>;
}

/** Starts a collector on a free port. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const mediaTypes = new Set<string>();
  const receive = async (request: IncomingMessage): Promise<string> => {
    if (request.method !== 'POST' || request.url !== '/v1/traces') throw new Error(`${request.url} is no OTLP`);
    const mediaType = request.headers['content-type'] ?? '';
    const sent = Buffer.concat(await request.toArray());
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
    mediaTypes.add(mediaType);
    spans.push(...(mediaType === 'application/json' ? ofJson(body.toString()) : ofProtobuf(body)));
    return mediaType;
  };
  const server = createServer((request, response) => {
    receive(request).then(
      // The answer is an empty message: everything was taken.
      (mediaType) => response.writeHead(200, { 'content-type': mediaType }).end(mediaType.endsWith('json') ? '{}' : ''),
      (error: unknown) => response.writeHead(400).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    mediaTypes,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface JsonAttribute {
  key: string;
  value: Record<string, unknown>;
}

interface JsonRequest {
  resourceSpans: {
    resource: { attributes: JsonAttribute[] };
    scopeSpans: {
      spans: {
        traceId: string;
        spanId: string;
        parentSpanId?: string;
        name: string;
        kind: number;
        attributes?: JsonAttribute[];
        status?: { code?: number };
      }[];
    }[];
  }[];
}

function ofJson(text: string): ReceivedSpan[] {
  const attributesOf = (given: JsonAttribute[] = []) =>
    Object.fromEntries(given.map(({ key, value }) => [key, String(Object.values(value)[0])]));
  return (JSON.parse(text) as JsonRequest).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ traceId, spanId, parentSpanId = '', name, kind, attributes, status }) => ({
        ...{ traceId, spanId, parentSpanId, name, kind },
        service: attributesOf(resource.attributes)['service.name'] ?? '',
        isError: status?.code === 2,
        attributes: attributesOf(attributes),
      })),
    ),
  );
}

/** By the field numbers of opentelemetry/proto/trace/v1/trace.proto and its collector's request. */
function ofProtobuf(request: Buffer): ReceivedSpan[] {
  return messages(request, 1).flatMap((resourceSpans) => {
    const [resource] = messages(resourceSpans, 1);
    const service = resource === undefined ? '' : (attributesIn(resource, 1)['service.name'] ?? '');
    const spans = messages(resourceSpans, 2).flatMap((scopeSpans) => messages(scopeSpans, 2));
    return spans.map((span) => spanOf(span, service));
  });
}

function spanOf(span: Buffer, service: string): ReceivedSpan {
  const [traceId, spanId, parentSpanId] = [1, 2, 4].map((field) => messages(span, field)[0]?.toString('hex') ?? '');
  const [status = Buffer.alloc(0)] = messages(span, 15);
  return {
    ...{ service, traceId: traceId ?? '', spanId: spanId ?? '', parentSpanId: parentSpanId ?? '' },
    name: messages(span, 5)[0]?.toString() ?? '',
    kind: numberIn(span, 6),
    isError: numberIn(status, 3) === 2,
    attributes: attributesIn(span, 9),
  };
}

function messages(message: Buffer, field: number): Buffer[] {
  return readProtobuf(message).flatMap(({ number, value }) =>
    number === field && Buffer.isBuffer(value) ? [value] : [],
  );
}

function numberIn(message: Buffer, field: number): number {
  return Number(readProtobuf(message).find(({ number }) => number === field)?.value ?? 0);
}

/** Texts, booleans and whole numbers, as text. */
function attributesIn(message: Buffer, field: number): Record<string, string> {
  return Object.fromEntries(
    messages(message, field).map((pair) => {
      const [key = Buffer.alloc(0)] = messages(pair, 1);
      const [value] = messages(pair, 2);
      const [given] = value === undefined ? [] : readProtobuf(value);
      return [key.toString(), String(given?.number === 2 ? Boolean(given.value) : (given?.value ?? ''))];
    }),
  );
}
