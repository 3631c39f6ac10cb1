import { Session } from '../routing/session.js';

/** The persistent sessions that this node knows, connected or not. Others live and die with their connection. */
export class SessionTable {
  private readonly sessions = new Map<string, Session>();

  get size(): number {
    return this.sessions.size;
  }

  find(clientId: string): Session | undefined {
    return this.sessions.get(clientId);
  }

  /** The persistent session of a client; a new one if there is none. */
  persistent(clientId: string): Session {
    let session = this.sessions.get(clientId);
    if (session === undefined) this.sessions.set(clientId, (session = new Session(clientId, true)));
    return session;
  }

  delete(clientId: string): void {
    this.sessions.delete(clientId);
  }

  /** A node is gone: its clients are connected nowhere. */
  forgetNode(nodeId: string): void {
    for (const session of this.sessions.values()) if (session.nodeId === nodeId) session.nodeId = undefined;
  }
}
