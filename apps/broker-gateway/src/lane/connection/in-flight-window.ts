import type { Qos } from '../packets/control-packet.js';

const LARGEST_ID = 65_535;

/**
 * The messages with QoS 1 and 2 whose exchange with one client is not complete: never more than it can take
 * [MQTT-3.3.4-9]. It owns the packet identifiers of everything that goes to the client.
 *
 * A message in the queue of a session has the identifier of its position, so that it is the same when the message is sent
 * again, be it by another node or after a restart [MQTT-4.4.0-1]: that is how a client knows a QoS 2 message again.
 */
export class InFlightWindow {
  /** Positions in the queue of the session, by packet identifier; 0 or less for messages that are in no queue. */
  private positions: Map<number, number> | undefined;
  /** QoS 2 only: whether the client has told that it has the message, by packet identifier. */
  private received: Map<number, boolean> | undefined;
  /** In how many calls of {@link InFlightWindow.overdue} an identifier was there. */
  private ages: Map<number, number> | undefined;
  private lastId = 0;

  constructor(private readonly limit: number) {}

  /** Messages that may be sent now. */
  get free(): number {
    return this.limit - (this.positions?.size ?? 0);
  }

  /** Whether at least half of the window is free: then it pays to read from a store. */
  get isHalfFree(): boolean {
    return 2 * this.free >= this.limit;
  }

  /** Whether the message at a position can have its identifier now. */
  hasRoomFor(position: number): boolean {
    return this.free > 0 && this.positions?.has(idOf(position)) !== true;
  }

  /** Takes the next packet identifier that is not in use [MQTT-2.2.1-4]. The window must not be full. */
  take(qos: Qos, position = 0): number {
    do this.lastId = this.lastId >= LARGEST_ID ? 1 : this.lastId + 1;
    while (this.positions?.has(this.lastId) === true);
    return this.enter(this.lastId, position, qos);
  }

  /** Takes the packet identifier of a position; {@link InFlightWindow.hasRoomFor} has said that it can. */
  takeFor(position: number, qos: Qos): number {
    return this.enter(idOf(position), position, qos);
  }

  /** QoS 2: takes the identifier of a message that the client has already; `position` is that of its release. */
  takeReleased(id: number, position: number): void {
    this.enter(id, position, 2);
    this.received?.set(id, true);
  }

  /** The position of a message with QoS 2; `undefined` when the identifier is not in use for one. */
  positionOf(id: number): number | undefined {
    return this.received?.has(id) === true ? this.positions?.get(id) : undefined;
  }

  /** Whether the client has told that it has the QoS 2 message. */
  isReleased(id: number): boolean {
    return this.received?.get(id) === true;
  }

  /** QoS 2: the client has the message; `position` is that of its release from now on. */
  release(id: number, position: number): void {
    if (this.received?.has(id) !== true) return;
    this.received.set(id, true);
    this.positions?.set(id, position);
  }

  /** Ends the exchange of a QoS 1 message; answers its position, or `undefined` when the identifier is not in use for one. */
  acknowledge(id: number): number | undefined {
    return this.received?.has(id) === true ? undefined : this.end(id);
  }

  /** Ends the exchange of a message; answers its position, or `undefined` when the identifier is not in use. */
  end(id: number): number | undefined {
    const position = this.positions?.get(id);
    if (position === undefined) return undefined;
    this.positions?.delete(id);
    this.received?.delete(id);
    return position;
  }

  /** Positions of the messages that were sent and of which the client has said nothing. */
  sent(): Set<number> {
    const sent = new Set<number>();
    for (const [id, position] of this.positions ?? []) if (position > 0 && !this.isReleased(id)) sent.add(position);
    return sent;
  }

  /** Identifiers that have been in use through so many calls of this one. */
  overdue(calls: number): number[] {
    const { positions, ages } = this;
    this.ages = undefined;
    if (positions === undefined || positions.size === 0) return [];
    const older = new Map<number, number>();
    for (const id of positions.keys()) older.set(id, (ages?.get(id) ?? 0) + 1);
    this.ages = older;
    return [...older].filter(([, age]) => age > calls).map(([id]) => id);
  }

  private enter(id: number, position: number, qos: Qos): number {
    (this.positions ??= new Map<number, number>()).set(id, position);
    if (qos === 2) (this.received ??= new Map<number, boolean>()).set(id, false);
    return id;
  }
}

function idOf(position: number): number {
  return ((position - 1) % LARGEST_ID) + 1;
}
