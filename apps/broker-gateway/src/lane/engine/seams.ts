import type { Duplex } from 'node:stream';
import type { EngineClient, EngineListener, EngineSubscription } from './engine-client.js';
import { PacketBytes } from './packet-bytes.js';
import { revealed } from './shared-filter.js';

/** What the lane does in place of the engine on one connection. */
export interface SeamHandlers {
  data(chunk: Buffer): void;
  /** The other side sends no more. */
  end(): void;
  closed(): void;
  write(chunk: Buffer | string, encoding?: BufferEncoding): void;
  destroy(error?: Error): void;
  /** The engine has finished a packet. */
  finished(error?: Error | null): void;
  deliver: EngineListener;
  subscribed(filter: string, subscription: EngineSubscription): void;
  unsubscribed(filter: string): void;
}

/** The stream's own methods, under those that the lane put over them. */
export interface RawStream {
  write(chunk: Buffer, done: (error?: Error | null) => void): void;
  end(): void;
  destroy(error?: Error): void;
}

const HANDLERS = Symbol('handlers');

interface LaneStream extends Duplex {
  [HANDLERS]: SeamHandlers;
}

type Table = Record<string, EngineSubscription> & { [HANDLERS]: SeamHandlers };

/** Methods that are put over those of a stream. Shared by all streams: thousands of idle ones cost no closure. */
const OVERRIDES = {
  write(this: LaneStream, chunk: Buffer | string, encoding?: BufferEncoding): boolean {
    this[HANDLERS].write(chunk, encoding);
    return true; // the engine never waits for 'drain': the lane bounds what a connection holds
  },
  cork: nothing,
  uncork: nothing,
  destroy(this: LaneStream, error?: Error): LaneStream {
    this[HANDLERS].destroy(error);
    return this;
  },
};

const LISTENERS = {
  data(this: LaneStream, chunk: Buffer): void {
    this[HANDLERS].data(chunk);
  },
  end(this: LaneStream): void {
    this[HANDLERS].end();
  },
  close(this: LaneStream): void {
    this[HANDLERS].closed();
  },
};

/**
 * The engine's table of subscriptions that says when an entry comes or goes: also for restored sessions, for which the
 * engine emits no event.
 */
const OBSERVED: ProxyHandler<Table> = {
  set: (table, filter, subscription: EngineSubscription) => {
    table[filter as string] = subscription;
    table[HANDLERS].subscribed(revealed(filter as string), subscription);
    return true;
  },
  deleteProperty: (table, filter) => {
    delete table[filter as string];
    table[HANDLERS].unsubscribed(revealed(filter as string));
    return true;
  },
};

/**
 * Puts the lane between the engine and the stream of a client: our reader in place of its own, our writer under its, our
 * delivery in place of its. Call it right after the engine's `handle`, before a byte is read.
 */
export function takeOver(client: EngineClient, handlers: SeamHandlers): RawStream {
  const { conn } = client;
  const own = Object.getPrototypeOf(conn) as Duplex;

  takeListener(conn, 'readable', (listener) => listener === client._nextBatch);
  // The engine closes a connection at once when FIN comes; packets before it may still wait for a store.
  takeListener(conn, 'end', (listener) => (listener as { name?: string }).name === 'bound close');
  // Of all that it watches a connection for, 'close' is left: the lane tells it, and it makes no error of it.
  client._eos();
  client._eos = nothing;
  client._parser._list = new PacketBytes();
  conn.allowHalfOpen = true;

  Object.assign(conn, OVERRIDES, { [HANDLERS]: handlers });
  client._parsingBatch = 0;
  client._nextBatch = (error) => handlers.finished(error);
  client.deliver0 = client.deliverQoS = (packet, done) => handlers.deliver(packet, done);
  const table = Object.assign(Object.create(null) as Table, { [HANDLERS]: handlers });
  client.subscriptions = new Proxy(table, OBSERVED);

  for (const [event, listener] of Object.entries(LISTENERS)) conn.on(event, listener as (...args: unknown[]) => void);
  conn.resume();
  return new PrototypeStream(conn, own);
}

/** Calls the methods that a stream inherits. */
class PrototypeStream implements RawStream {
  constructor(
    private readonly stream: Duplex,
    private readonly own: Duplex,
  ) {}

  write(chunk: Buffer, done: (error?: Error | null) => void): void {
    // Streams take the callback in the place of the encoding too; their types say so for one of them only.
    (this.own.write as (this: Duplex, chunk: Buffer, done: (error?: Error | null) => void) => boolean).call(
      this.stream,
      chunk,
      done,
    );
  }

  end(): void {
    (this.own.end as (this: Duplex) => Duplex).call(this.stream);
  }

  destroy(error?: Error): void {
    this.own.destroy.call(this.stream, error);
  }
}

/** Removes a listener that the engine has registered; it is found by what it is, since the engine keeps none of them. */
function takeListener(stream: Duplex, event: string, isWanted: (listener: object) => boolean): void {
  const listener = stream.listeners(event).find(isWanted);
  if (listener === undefined) {
    throw new Error(`The engine does not listen to "${event}" of a connection as it did: see engine/seams.ts`);
  }
  stream.removeListener(event, listener as (...args: unknown[]) => void);
}

function nothing(): void {
  // Called by the engine for what is the lane's business.
}
