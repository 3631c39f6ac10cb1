import { notesOf } from '../lane/engine/session-notes.js';
import { PacketType } from '../lane/packets/control-packet.js';
import type { LaneStore } from '../lane/ports/lane-store.js';

/** The first byte of the note of a version. */
const NOTE = PacketType.connect << 4;

/** More notes than a session has. */
const ALL = 65_536;

/** Remembers with which version of MQTT a persistent session began. AWS: it does not go on with another one. */
export class SessionVersions {
  /** @param end ends a session */
  constructor(
    private readonly store: LaneStore,
    private readonly end: (clientId: string) => Promise<unknown>,
  ) {}

  /** A client with a persistent session comes: what it had with another version ends, and so does what it does not want. */
  async begin(clientId: string, version: number, isCleanStart: boolean): Promise<void> {
    const known = isCleanStart ? undefined : await this.versionOf(clientId);
    if (known === version) return;
    if (isCleanStart || known !== undefined) await this.end(clientId);
    await this.store.enqueue([{ bytes: Buffer.from([NOTE, version]), expiresAt: 0, clientIds: [notesOf(clientId)] }]);
  }

  private async versionOf(clientId: string): Promise<number | undefined> {
    const notes = await this.store.read(notesOf(clientId), 0, ALL);
    return notes.find(({ bytes }) => bytes[0] === NOTE)?.bytes[1];
  }
}
