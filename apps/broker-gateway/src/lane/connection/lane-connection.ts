import type { Duplex } from 'node:stream';
import type { EngineClient, EnginePacket, EngineSubscription } from '../engine/engine-client.js';
import type { LaneEmitter } from '../engine/lane-emitter.js';
import { type RawStream, type SeamHandlers, takeOver } from '../engine/seams.js';
import { type Acknowledgement, isPubackFailure, readAcknowledgement } from '../packets/acknowledgement.js';
import { PacketType, PINGRESP, type Qos, ReasonCode } from '../packets/control-packet.js';
import { checkSessionExpiry } from '../packets/disconnect-frame.js';
import { FrameSplitter } from '../packets/frame-splitter.js';
import { ProtocolError } from '../packets/protocol-error.js';
import { type CheckedFilters, checkedSubscribe, checkedUnsubscribe } from '../packets/subscribe-frame.js';
import type { LaneRefusal } from '../ports/lane-policy.js';
import { Acknowledger } from './acknowledger.js';
import { Farewell } from './farewell.js';
import { ConnectionSubscriptions } from './connection-subscriptions.js';
import type { DirectMessages } from './direct-messages.js';
import type { LaneCore } from './lane-core.js';
import { OutputBuffer } from './output-buffer.js';
import { type HoldReason, Publisher, type PublisherHost } from './publisher.js';
import type { Receiver } from './receiver.js';
import { maximumPacketBytesOf, receivingSide } from './receiving-side.js';
import { ReceivedIds } from './received-ids.js';
import { Throttle } from './throttle.js';
import { deliverRetained } from './retained-delivery.js';

/** What the packets of a connection wait for, as bits. */
const Hold = { engine: 1, permission: 2, messages: 4, load: 8, rate: 16 } as const;

/**
 * One connection: cuts its bytes into packets and decides who takes each of them. PUBLISH, what belongs to its exchange and
 * PINGREQ are the lane's; all others go to the engine, whole and one at a time. Packets are taken in their order: behind
 * one that has to wait, the rest waits.
 */
export class LaneConnection implements PublisherHost, SeamHandlers {
  isV5 = false;
  isClosed = false;
  readonly output: OutputBuffer;
  /** When the lane began to wait for the other side to read its goodbye; milliseconds of the monotonic clock. */
  endingSince: number | undefined;

  private readonly raw: RawStream;
  private readonly splitter: FrameSplitter;
  /** Made for the first PUBLISH: many clients only receive. */
  private publisher: Publisher | undefined;
  private receiver: Receiver | undefined;
  private readonly farewell: Farewell;
  private readonly subscriptions: ConnectionSubscriptions;
  private ids: ReceivedIds | undefined;
  private throttle: Throttle | undefined;
  private isReady = false;
  private holds = 0;
  private isProcessing = false;
  private isReadPaused = false;
  private hasEnded = false;
  private isTooSlow = false;
  private answers: Acknowledger | undefined;
  private topicAliasMaximum: number | undefined;

  constructor(
    private readonly core: LaneCore,
    readonly client: EngineClient,
    emitter: LaneEmitter,
    private readonly gone: (connection: LaneConnection) => void,
  ) {
    this.splitter = new FrameSplitter(core.limits.packetBytes);
    this.farewell = new Farewell(core, this, client);
    this.subscriptions = new ConnectionSubscriptions(core, client, emitter);
    this.raw = takeOver(client, this);
    client._parser.prependOnceListener('packet', ({ properties }) => {
      this.topicAliasMaximum = properties?.topicAliasMaximum;
    });
    this.output = new OutputBuffer(this.stream, this.raw, core.output, () => this.receiver?.drained());
  }

  get clientId(): string {
    return this.client.id ?? ''; // null before CONNECT
  }

  get owesAcknowledgements(): boolean {
    return this.receiver?.hasParked === true;
  }

  get receivedIds(): ReceivedIds {
    const { client, core } = this;
    const { clientId, isPersistent } = this.subscriptions.session;
    const isResumed = client._cleanStart === false;
    return (this.ids ??= new ReceivedIds(core.store, core.batch, { clientId, isPersistent, isResumed }));
  }

  get unreleased(): number {
    return this.ids?.size ?? 0;
  }

  get stream(): Duplex {
    return this.client.conn;
  }

  /** The engine has sent the CONNACK and restored the session: the client may publish and receive. */
  ready(): void {
    const { core, client } = this;
    if (this.isClosed) return;
    this.isV5 = client.version === 5;
    this.answers = new Acknowledger(this.output, this.isV5, maximumPacketBytesOf(client));
    const pace = core.paceOf(this);
    if (pace !== undefined) this.throttle = new Throttle(pace, core.counters, () => this.hold('rate'), this.goOn);
    const { output, topicAliasMaximum } = this;
    const { session } = this.subscriptions;
    const tooSlow = () => this.tooSlow();
    this.receiver = receivingSide(core, this, { client, session, output, pace, topicAliasMaximum, tooSlow });
    this.isReady = true;
    this.receiver.open();
    core.backlogs.connected(session);
  }

  /** The way to this client past all subscriptions, once it may receive. */
  get direct(): DirectMessages | undefined {
    return this.isClosed ? undefined : this.receiver?.direct;
  }

  /** Forgets what the client may publish and receive. */
  permissionsChanged(): void {
    this.publisher?.permissionsChanged();
    this.receiver?.permissionsChanged();
  }

  /** Ends the connection: it did not take what was sent. */
  tooSlow(): void {
    if (this.isClosed || this.isTooSlow) return;
    this.isTooSlow = true;
    this.core.counters.slowReceivers++;
    const reason = 'The client does not take its messages fast enough';
    // Not within the delivery of a message: what ends may have a will, which is delivered too.
    setImmediate(() => this.endWith({ reasonCode: ReasonCode.quotaExceeded, reason }));
  }

  /**
   * Called once a second. Ends the connection when its socket has taken nothing for the drain timeout, and tries again
   * to read a queue that could not be read.
   */
  sweep(intervalMs: number): void {
    if (this.output.sweep() * intervalMs < this.core.bounds.drainTimeoutMs) {
      this.receiver?.sweep(intervalMs);
      return;
    }
    this.core.counters.slowReceivers++;
    this.abort();
  }

  /** Nothing came from the client for as long as its keep alive lets it be silent; the engine ends the connection after this call. */
  silent(): void {
    const reason = 'Nothing came for longer than the keep alive allows';
    this.endWith({ reasonCode: ReasonCode.keepAliveTimeout, reason });
  }

  /** Tears the connection down without another byte. */
  abort(): void {
    this.detach();
    this.raw.destroy();
  }

  count(bytes: number): void {
    this.throttle?.published(bytes);
  }

  acknowledge(qos: Qos, packetId: number): void {
    if (!this.isClosed) this.answers?.acknowledge(qos, packetId);
  }

  refuse(refusal: LaneRefusal, qos: Qos, packetId: number): void {
    this.core.counters.refused++;
    if (this.isClosed) return;
    if (!this.isV5 || qos === 0 || refusal.endsConnection || !isPubackFailure(refusal.reasonCode)) {
      this.endWith(refusal);
      return;
    }
    this.core.refused(this, refusal);
    const reason = this.farewell.mayTell(refusal.reason) ? refusal.reason : undefined;
    this.answers?.refuse(qos, packetId, refusal.reasonCode, reason);
  }

  /** Its rate lets the client go on. It was not silent meanwhile, it was not read [MQTT-3.1.2-22]. */
  private readonly goOn = (): void => {
    this.client._keepaliveTimer?.refresh();
    this.release('rate');
  };

  hold(reason: HoldReason): void {
    this.holds |= Hold[reason];
  }

  release(reason: HoldReason): void {
    if ((this.holds & Hold[reason]) !== 0) {
      this.holds &= ~Hold[reason];
      this.process();
    }
    this.closeWhenDone();
  }

  data(chunk: Buffer): void {
    if (this.isClosed) return;
    this.client._keepaliveTimer?.refresh(); // [MQTT-3.1.2-22]
    this.splitter.push(chunk);
    this.process();
    if (this.holds !== 0 && !this.isReadPaused && this.splitter.bufferedBytes > this.core.bounds.backlogBytes) {
      this.isReadPaused = true;
      this.stream.pause();
    }
  }

  end(): void {
    this.hasEnded = true;
    this.closeWhenDone();
  }

  closed(): void {
    this.client.close();
    this.detach();
  }

  write(chunk: Buffer | string, encoding?: BufferEncoding): void {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    this.output.append(bytes, 0, bytes.length);
  }

  /** The engine is done with the connection. What was written before must still arrive: it may say why. */
  destroy(error?: Error): void {
    const mayWrite = !this.stream.destroyed && !this.stream.writableEnded;
    const hasGoodbye = mayWrite && this.endingSince === undefined && (this.farewell.isSaid || this.output.bytes > 0);
    this.output.flush();
    if (!hasGoodbye) {
      this.detach();
      this.raw.destroy(error);
      return;
    }
    // A socket that is closed with unread bytes resets the connection, and the other side loses what it has not read.
    this.endingSince = performance.now();
    this.detach();
    this.stream.resume();
    this.stream.once('end', () => this.raw.destroy());
    this.raw.end();
  }

  finished(error?: Error | null): void {
    if (error) {
      this.client.emit('error', error);
      return;
    }
    // While it connects the engine resumes once before it is done.
    if (this.client._paused === true || !this.isReady) return;
    this.holds &= ~Hold.engine;
    this.process();
    this.closeWhenDone();
  }

  deliver(packet: EnginePacket, done: () => void): void {
    const { core, receiver } = this;
    if (receiver === undefined || this.isClosed) {
      done();
      return;
    }
    deliverRetained(core, receiver, this.subscriptions.session, packet).then(done, (error: unknown) => {
      core.failed(error);
      done();
    });
  }

  subscribed(filter: string, subscription: EngineSubscription): void {
    this.subscriptions.add(filter, subscription, this.isClosed);
  }

  unsubscribed(filter: string): void {
    this.subscriptions.remove(filter);
  }

  /** Whether no message of the client waits. */
  private get isIdle(): boolean {
    return this.publisher?.isIdle !== false;
  }

  private process(): void {
    if (this.isProcessing) return;
    this.isProcessing = true;
    try {
      while (this.holds === 0 && !this.isClosed && this.splitter.next()) this.take();
    } catch (error) {
      this.isClosed = true;
      this.farewell.fail(error);
    } finally {
      this.isProcessing = false;
    }
    if (this.isReadPaused && this.holds === 0) {
      this.isReadPaused = false;
      this.stream.resume();
    }
  }

  private take(): void {
    const { buffer, start, body, end } = this.splitter;
    const type = (buffer[start] as number) >> 4;
    if (!this.isReady) {
      this.toEngine(buffer.subarray(start, end));
      return;
    }
    switch (type) {
      case PacketType.publish:
        this.takePublish();
        return;
      case PacketType.puback:
      case PacketType.pubrec:
      case PacketType.pubrel:
      case PacketType.pubcomp:
        this.takeAcknowledgement(type, readAcknowledgement(buffer, body, end, this.isV5));
        return;
      case PacketType.pingreq:
        // Answered here, so that a client does not lose its connection while a message of it waits for a store.
        this.output.append(PINGRESP, 0, 2);
        return;
      case PacketType.subscribe:
        this.subscribe(checkedSubscribe(buffer.subarray(start, end), body - start, this.isV5, this.core.limits));
        return;
      case PacketType.unsubscribe:
        this.subscribe(checkedUnsubscribe(buffer.subarray(start, end), body - start, this.isV5));
        return;
      case PacketType.disconnect:
        this.takeDisconnect(buffer.subarray(start, end), body - start);
        return;
      case PacketType.connect:
        throw new ProtocolError(ReasonCode.protocolError, 'A client sends CONNECT once'); // [MQTT-3.1.0-2]
      case PacketType.auth:
        throw new ProtocolError(ReasonCode.protocolError, 'No authentication method was agreed on'); // [MQTT-4.12.0-6]
      default:
        this.toEngine(buffer.subarray(start, end));
    }
  }

  private takePublish(): void {
    const { buffer, start, body, end } = this.splitter;
    const { core } = this;
    const frame = core.frame.read(buffer, start, body, end, this.isV5, core.limits.properties);
    if (frame.qos === 2 && !core.limits.acceptsQos2) {
      throw new ProtocolError(ReasonCode.qosNotSupported, 'This broker accepts QoS 0 and 1'); // AWS: MQTT, QoS
    }
    this.publisher ??= new Publisher(core, this);
    if (!this.publisher.take(frame)) this.splitter.unread();
  }

  private takeAcknowledgement(type: number, acknowledgement: Acknowledgement): void {
    const { packetId } = acknowledgement;
    if (type === PacketType.puback) this.receiver?.acknowledged(acknowledgement);
    else if (type === PacketType.pubrec) this.receiver?.received(acknowledgement);
    else if (type === PacketType.pubcomp) this.receiver?.completed(acknowledgement);
    else this.answers?.complete(packetId, this.core.limits.acceptsQos2 && this.receivedIds.delete(packetId));
  }

  private takeDisconnect(packet: Buffer, body: number): void {
    if (this.isV5) checkSessionExpiry(packet, body, this.client._connectSessionExpiryInterval);
    this.toEngine(packet);
  }

  /** Hands a SUBSCRIBE or an UNSUBSCRIBE on, and has what comes behind too many filters wait. */
  private subscribe({ packet, filters }: CheckedFilters): void {
    if (this.toEngine(packet)) this.throttle?.subscribed(filters);
  }

  /**
   * Gives a packet to the engine. Messages before it are finished first, packets behind it wait for the engine. False when
   * it has to wait itself; it is offered again.
   */
  private toEngine(packet: Buffer): boolean {
    if (!this.isIdle) {
      this.splitter.unread();
      this.hold('messages');
      return false;
    }
    this.holds |= Hold.engine;
    this.client._parsingBatch = 0;
    this.client._parser.parse(packet);
    return true;
  }

  private endWith(refusal: Pick<LaneRefusal, 'reasonCode' | 'reason'>): void {
    this.isClosed = true;
    this.farewell.say(refusal);
  }

  /** [MQTT-3.1.2-8] FIN behind a DISCONNECT is a normal end: everything before it is worked off first. */
  private closeWhenDone(): void {
    if (!this.hasEnded || this.isClosed || this.isProcessing) return;
    if (this.holds === 0 && this.isIdle) this.client.close();
  }

  private detach(): void {
    this.isClosed = true;
    this.splitter.clear();
    this.receiver?.close();
    this.publisher?.close();
    this.output.close();
    this.subscriptions.end();
    this.gone(this);
  }
}
