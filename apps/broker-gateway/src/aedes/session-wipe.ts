import type { Aedes } from 'aedes';
import type { EnginePersistence } from '../lane/engine/lane-persistence.js';
import { clearSession } from '../lane/engine/session-notes.js';
import type { SessionQueues } from '../session-queues/session-queues.js';

/** What aedes remembers of a session that it takes for one without end. */
type AedesInside = Aedes & { clearSessionExpiry(clientId: string): void };

/** Ends sessions: nothing that was kept for one is left. */
export class SessionWipe {
  constructor(
    private readonly aedes: Aedes,
    private readonly persistence: EnginePersistence,
    private readonly queues: SessionQueues,
  ) {}

  /** Ends the session of a client, if it has one. */
  async wipe(clientId: string): Promise<void> {
    (this.aedes as AedesInside).clearSessionExpiry(clientId);
    await this.persistence.cleanSubscriptions({ id: clientId });
    await clearSession(this.queues, clientId);
  }
}
