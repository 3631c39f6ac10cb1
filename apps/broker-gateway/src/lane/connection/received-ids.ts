import type { StoreBatch } from '../delivery/store-batch.js';
import { notesOf } from '../engine/session-notes.js';
import { AcknowledgementByte, encodeAcknowledgement } from '../packets/acknowledgement.js';
import { type LaneStore, NOT_QUEUED } from '../ports/lane-store.js';

/** More identifiers than there are. */
const ALL = 65_536;

/**
 * The QoS 2 messages of one publisher that are taken and not released yet, by packet identifier: what comes with one of
 * them is not taken again [MQTT-4.3.3-10]. Those of a persistent session are kept in the store, and so are there when the
 * client comes back, to whichever node.
 */
export class ReceivedIds {
  /** By packet identifier the position in the store; {@link NOT_QUEUED} for those that are not in it. */
  private readonly positions = new Map<number, number>();
  private readonly queue: string | undefined;
  private mustLoad: boolean;

  /** @param session what the engine says of it; without a persistent one nothing is stored */
  constructor(
    private readonly store: LaneStore,
    private readonly batch: StoreBatch,
    session: { readonly clientId: string; readonly isPersistent: boolean; readonly isResumed: boolean },
  ) {
    this.queue = session.isPersistent ? notesOf(session.clientId) : undefined;
    this.mustLoad = session.isPersistent && session.isResumed;
  }

  /** How many there are. */
  get size(): number {
    return this.positions.size;
  }

  has(packetId: number): boolean {
    return this.positions.has(packetId);
  }

  /** Reads what the session had before; `undefined` when there is nothing to wait for. */
  load(): Promise<void> | undefined {
    const { queue } = this;
    if (queue === undefined || !this.mustLoad) return undefined;
    return this.store.read(queue, 0, ALL).then((entries) => {
      this.mustLoad = false;
      for (const { bytes, position } of entries) {
        if (bytes[0] === AcknowledgementByte.pubrec) this.positions.set(bytes.readUInt16BE(2), position);
      }
    });
  }

  /** A message was begun with: it is not to be begun with again. */
  begin(packetId: number): void {
    this.positions.set(packetId, NOT_QUEUED);
  }

  /** A message is taken; resolves when that is safe. `undefined` when there is nothing to wait for. */
  keep(packetId: number): Promise<void> | undefined {
    const { queue } = this;
    if (queue === undefined) return undefined;
    const bytes = encodeAcknowledgement(AcknowledgementByte.pubrec, packetId, 0);
    return this.batch.enqueue({ bytes, expiresAt: 0, clientIds: [queue] }).then(([position = NOT_QUEUED]) => {
      this.positions.set(packetId, position);
    });
  }

  /** The publisher releases an identifier, or its message was refused. False when it was not there. */
  delete(packetId: number): boolean {
    const position = this.positions.get(packetId);
    if (position === undefined) return false;
    this.positions.delete(packetId);
    if (position !== NOT_QUEUED && this.queue !== undefined) this.batch.remove(this.queue, position);
    return true;
  }
}
