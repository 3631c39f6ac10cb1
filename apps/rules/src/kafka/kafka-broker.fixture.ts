import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Reader, Writer } from './kafka-wire.fixture.js';
import { type BatchRecord, readBatch } from './record-batch.fixture.js';

/** A record as it was written. */
export interface Written extends BatchRecord {
  readonly topic: string;
  readonly partition: number;
  readonly acks: number;
}

const SASL_HANDSHAKE = 17;
const SASL_AUTHENTICATE = 36;
const API_VERSIONS = 18;
const METADATA = 3;
const PRODUCE = 0;
const VERSIONS: Record<number, number> = {
  [PRODUCE]: 9,
  [METADATA]: 12,
  [API_VERSIONS]: 3,
  [SASL_HANDSHAKE]: 1,
  [SASL_AUTHENTICATE]: 2,
};
const UNKNOWN_TOPIC = 3;
const SASL_AUTHENTICATION_FAILED = 58;
const PARTITIONS = 4;

/** One broker of Kafka, as far as producers need it. Checks what they send: versions, lengths, CRC-32C. */
export class KafkaBroker {
  readonly written: Written[] = [];
  readonly requests: string[] = [];
  /** Topics that do not exist. */
  readonly missing = new Set<string>();
  /** What the next produce requests are refused with. */
  readonly errors: number[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly users: ReadonlyMap<string, string> | undefined,
  ) {}

  static async start(
    options: { users?: Record<string, string>; tls?: { key: string; cert: string; ca?: string } } = {},
  ) {
    const { tls, users } = options;
    const server =
      tls === undefined
        ? createServer()
        : createTlsServer({ ...tls, ...(tls.ca === undefined ? {} : { requestCert: true, rejectUnauthorized: true }) });
    const broker = new KafkaBroker(server, users && new Map(Object.entries(users)));
    server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => broker.serve(socket));
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return broker;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    let buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      buffer = Buffer.concat([buffer, chunk]);
      while (buffer.length >= 4 && buffer.length >= 4 + buffer.readInt32BE()) {
        const length = buffer.readInt32BE();
        const answer = this.answer(new Reader(buffer.subarray(4, 4 + length)));
        if (answer !== undefined) socket.write(framed(answer));
        buffer = buffer.subarray(4 + length);
      }
    });
  }

  private answer(request: Reader): Buffer | undefined {
    const [apiKey, version, correlationId] = [request.int16(), request.int16(), request.int32()];
    const maximum = VERSIONS[apiKey];
    if (maximum === undefined || version > maximum) throw new Error(`request ${apiKey} of version ${version}`);
    this.requests.push(`${apiKey}/${version}`);
    request.nullableString16();
    if (apiKey !== SASL_HANDSHAKE) request.tags();
    const response = new Writer().int32(correlationId);
    switch (apiKey) {
      case API_VERSIONS:
        return this.apiVersions(response);
      case SASL_HANDSHAKE:
        return response.int16(0).int32(1).string16('PLAIN').bytes();
      case SASL_AUTHENTICATE:
        return this.authenticate(request, response.tags());
      case METADATA:
        return this.metadata(request, response.tags());
      default:
        return this.produce(request, response.tags());
    }
  }

  private apiVersions(response: Writer): Buffer {
    response.int16(0).array(Object.entries(VERSIONS), ([key, version]) => {
      response.int16(Number(key)).int16(0).int16(version).tags();
    });
    return response.int32(0).tags().bytes();
  }

  private authenticate(request: Reader, response: Writer): Buffer {
    const [, user = '', password = ''] = request.compactBytes().toString().split('\0');
    const isRight = this.users === undefined || this.users.get(user) === password;
    response.int16(isRight ? 0 : SASL_AUTHENTICATION_FAILED).compactString(isRight ? null : 'wrong password');
    return response.compactBytes(Buffer.alloc(0)).int64(0n).tags().bytes();
  }

  private metadata(request: Reader, response: Writer): Buffer {
    const topics = request.array(() => {
      request.skip(16);
      const name = request.compactString() ?? '';
      request.tags();
      return name;
    });
    response
      .int32(0)
      .array([1], (id) => response.int32(id).compactString('localhost').int32(this.port).compactString(null).tags());
    response.compactString('cluster').int32(1);
    response.array(topics, (name) => {
      const isMissing = this.missing.has(name);
      response
        .int16(isMissing ? UNKNOWN_TOPIC : 0)
        .compactString(name)
        .raw(Buffer.alloc(16))
        .int8(0);
      response.array(isMissing ? [] : [...Array(PARTITIONS).keys()], (partition) => {
        response.int16(0).int32(partition).int32(1).int32(0);
        response
          .array([1], (id) => response.int32(id))
          .array([1], (id) => response.int32(id))
          .array([], () => undefined);
        response.tags();
      });
      response.int32(0).tags();
    });
    return response.tags().bytes();
  }

  private produce(request: Reader, response: Writer): Buffer | undefined {
    request.compactString();
    const acks = request.int16();
    request.int32();
    const error = this.errors.shift() ?? 0;
    const topics = request.array(() => {
      const topic = request.compactString() ?? '';
      const partitions = request.array(() => {
        const partition = request.int32();
        const records = readBatch(request.compactBytes());
        if (error === 0) this.written.push(...records.map((record) => ({ topic, partition, acks, ...record })));
        request.tags();
        return partition;
      });
      request.tags();
      return { topic, partitions };
    });
    if (acks === 0) return undefined;
    response.array(topics, ({ topic, partitions }) => {
      response.compactString(topic).array(partitions, (partition) => {
        response.int32(partition).int16(error).int64(0n).int64(-1n).int64(0n);
        response
          .array([], () => undefined)
          .compactString(null)
          .tags();
      });
      response.tags();
    });
    return response.int32(0).tags().bytes();
  }
}

function framed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
