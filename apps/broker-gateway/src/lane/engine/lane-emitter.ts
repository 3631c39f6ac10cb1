import { TopicTrie } from '#thingcore/topics';
import type { EngineListener, EnginePacket } from './engine-client.js';

/**
 * What the engine takes for its message emitter (`mq`). Listeners of the engine itself are called; those of clients are
 * not, since the lane delivers. Works through a message at once and without recursion, which is what ends a process that
 * runs mqemitter under load.
 */
export class LaneEmitter {
  private readonly listeners = new TopicTrie<EngineListener>({ parentMatchesHash: true });
  /** Listeners of clients, with what the answer to the client waits for. */
  private readonly ofClients = new WeakMap<EngineListener, Promise<void> | undefined>();
  private isClosed = false;

  /** @param publish delivers a message to clients and calls back when it is safe, or failed */
  constructor(private readonly publish: (packet: EnginePacket, done: (error?: Error) => void) => void) {}

  /**
   * Tells that a listener belongs to the subscription of a client.
   *
   * @param ready the engine goes on with the SUBACK when it has resolved
   */
  ignore(listener: EngineListener, ready?: Promise<void>): void {
    this.ofClients.set(listener, ready);
  }

  on(topic: string, listener: EngineListener, done?: () => void): this {
    if (!this.ofClients.has(listener)) this.listeners.add(topic, listener);
    if (done === undefined) return this;
    const ready = this.ofClients.get(listener);
    if (ready === undefined) setImmediate(done);
    else void ready.then(done);
    return this;
  }

  removeListener(topic: string, listener: EngineListener, done?: () => void): this {
    if (!this.ofClients.has(listener)) this.listeners.remove(topic, listener);
    if (done !== undefined) setImmediate(done);
    return this;
  }

  emit(packet: EnginePacket, done: (error?: Error) => void = ignoreOutcome): this {
    if (this.isClosed) {
      done(new Error('The lane is closed'));
      return this;
    }
    for (const listener of this.listeners.match(packet.topic)) listener(packet, ignoreOutcome);
    this.publish(packet, done);
    return this;
  }

  close(done: () => void): this {
    this.isClosed = true;
    setImmediate(done);
    return this;
  }
}

function ignoreOutcome(): void {
  // What the engine's own listeners do is finished when they return.
}
