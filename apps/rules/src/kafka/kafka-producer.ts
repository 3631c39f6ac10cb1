import type { LookupFunction } from 'node:net';
import type { Producer } from '@platformatic/kafka';
import { IotError } from '#thingcore/errors';
import { BatchQueue } from '../batch-queue.js';
import type { KafkaConnection } from './kafka-properties.js';

const CLIENT_ID = 'thingcore-rules';
const CONNECT_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 10_000;
const RECORDS_PER_REQUEST = 500;

/** A record to be written. */
export interface KafkaRecord {
  readonly topic: string;
  readonly key: Buffer | undefined;
  readonly value: Buffer;
  /** Undefined lets the key decide, or each in turn without one. */
  readonly partition: number | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

type Bytes = Producer<Buffer, Buffer, Buffer, Buffer>;

/** Writes records to one cluster. The client is loaded and connected by the first of them. */
export class KafkaProducer {
  private readonly queue = new BatchQueue<KafkaRecord>((records) => this.write(records), RECORDS_PER_REQUEST);
  private opening: Promise<Bytes> | undefined;
  private turn = 0;

  constructor(
    private readonly connection: KafkaConnection,
    private readonly lookup: LookupFunction,
  ) {}

  /** Writes a record. Errors: `ServiceUnavailable` when a later try may succeed, else `InvalidRequest`. */
  async send(record: KafkaRecord): Promise<void> {
    await this.queue.add(record);
  }

  /** Closes the connections; what is on its way may fail. */
  async close(): Promise<void> {
    const producer = await this.opening?.catch(() => undefined);
    if (producer === undefined) return;
    await new Promise<void>((resolve) => producer.close(true, () => resolve()));
  }

  private async write(records: readonly KafkaRecord[]): Promise<ReadonlyMap<KafkaRecord, unknown>> {
    const failures = new Map<KafkaRecord, unknown>();
    const error = await this.tryToSend(records);
    if (error === undefined) return failures;
    if (records.length === 1 || error.retryable) throw error;
    // One record that is refused fails all it travels with: each is tried alone.
    for (const record of records) {
      const own = await this.tryToSend([record]);
      if (own !== undefined) failures.set(record, own);
    }
    return failures;
  }

  private async tryToSend(records: readonly KafkaRecord[]): Promise<IotError | undefined> {
    try {
      const producer = await (this.opening ??= this.open());
      await producer.send({
        messages: records.map(({ topic, key, value, partition, headers }) => ({
          topic,
          ...(key === undefined ? {} : { key }),
          value,
          ...(partition === undefined ? {} : { partition }),
          headers: new Map(headers.map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
        })),
        acks: this.connection.acks,
        compression: this.connection.compression,
      });
      return undefined;
    } catch (error) {
      return toActionError(records[0]?.topic ?? '', error);
    }
  }

  private async open(): Promise<Bytes> {
    const { compatibilityPartitioner, Producer } = await import('@platformatic/kafka');
    const { brokers, tls, sasl } = this.connection;
    return new Producer<Buffer, Buffer, Buffer, Buffer>({
      clientId: CLIENT_ID,
      bootstrapBrokers: brokers.map(({ host, port }) => ({ host, port })),
      connectTimeout: CONNECT_TIMEOUT_MS,
      timeout: REQUEST_TIMEOUT_MS,
      // The retries are those of the action; a stale leader is looked up again all the same.
      retries: 1,
      retryDelay: 100,
      // Java's way to choose a partition, so that keys land where those of other producers do.
      partitioner: (message, key) => (key === undefined ? this.turn++ : compatibilityPartitioner(message, key)),
      ...(tls === undefined ? {} : { tls: { ...tls, lookup: this.lookup } }),
      ...(tls === undefined ? {} : { tlsServerName: true }),
      ...(sasl === undefined ? {} : { sasl: { ...sasl } }),
    });
  }
}

interface KafkaFault {
  readonly message: string;
  readonly canRetry: boolean;
}

function toActionError(resource: string, thrown: unknown): IotError {
  const faults = leaves(thrown);
  const isRetryable = faults.every(({ canRetry }) => canRetry);
  const said = [...new Set(faults.map(({ message }) => message))].join('; ');
  const message = isRetryable ? `Kafka did not take the record: ${said}` : `Kafka refused the record: ${said}`;
  return new IotError(isRetryable ? 'ServiceUnavailable' : 'InvalidRequest', message, {
    details: { resource },
    cause: thrown,
  });
}

/** What is at the bottom of an error: the client wraps what brokers say several times. */
function leaves(error: unknown): KafkaFault[] {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.flatMap(leaves);
  if (!(error instanceof Error)) return [{ message: String(error), canRetry: false }];
  if (error.cause instanceof AggregateError || isOfClient(error.cause)) return leaves(error.cause);
  const { canRetry, code } = error as Error & { canRetry?: unknown; code?: unknown };
  const isNetwork = code === 'PLT_KFK_NETWORK' || code === 'PLT_KFK_TIMEOUT';
  const cause = error.cause instanceof Error && error.cause.message !== '' ? ` (${error.cause.message})` : '';
  return [{ message: `${error.message}${cause}`, canRetry: isNetwork || canRetry === true }];
}

function isOfClient(error: unknown): boolean {
  return error instanceof Error && 'canRetry' in error;
}
