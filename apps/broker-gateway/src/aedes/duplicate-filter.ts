import type { AedesPublishPacket, Client } from 'aedes';

/** Deliveries of one client remembered; the copies of a message for overlapping subscriptions come one right after the other. */
const REMEMBERED = 64;

/**
 * What aedes keeps the highest counter it has seen in, for each broker. It drops every packet with a lower one as a
 * duplicate; but a message that is stored first is overtaken by one that is not, and would be lost. With this in its
 * place aedes has never seen anything, and {@link DuplicateFilter} decides.
 */
const NOTHING_SEEN: Record<string, number> = new Proxy(
  {},
  { get: () => 0, set: () => true, deleteProperty: () => true },
);

/** Delivers a message once to a client with several subscriptions that match it, whatever order messages come in. */
export class DuplicateFilter {
  private readonly recent = new WeakMap<Client, string[]>();

  /** Takes the decision over from aedes for this client. Call it before its first packet is read. */
  adopt(client: Client): void {
    (client as Client & { duplicates: Record<string, number> }).duplicates = NOTHING_SEEN;
    this.recent.set(client, []);
  }

  /** Whether the client has been given this message just now by another of its subscriptions. */
  isDuplicate(client: Client, packet: AedesPublishPacket & { messageId?: number | undefined }): boolean {
    const { brokerId, brokerCounter } = packet;
    const recent = this.recent.get(client);
    // A packet with an id of its own comes from the queue of the session, in which every message stands once.
    if (recent === undefined || !brokerId || packet.messageId !== undefined) return false;
    const key = `${brokerId} ${brokerCounter}`;
    if (recent.includes(key)) return true;
    if (recent.length >= REMEMBERED) recent.shift();
    recent.push(key);
    return false;
  }
}
