import type { LaneStore } from '../ports/lane-store.js';

/**
 * The queue for what has to be known of a session beside its messages. It stands beside theirs under a name that no client
 * can have, since no text has U+0000 [MQTT-1.5.4-2], and ends with the session.
 */
export function notesOf(clientId: string): string {
  return `\0notes/${clientId}`;
}

/** Takes everything out of the store that belongs to a session. */
export async function clearSession(store: LaneStore, clientId: string): Promise<void> {
  await Promise.all([store.clear(clientId), store.clear(notesOf(clientId))]);
}
