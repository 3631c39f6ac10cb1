import { Injectable } from '@nestjs/common';
import { Clock, Lifecycle, type Part } from '#thingcore/platform';
import { PublicError } from '../errors/public-error.js';
import { Authenticator } from './authenticator.js';
import type { Caller } from './caller.js';
import type { Credential } from './credential.js';

/** How late the end of a credential may be noticed, in milliseconds. */
const SWEEP_MS = 1_000;

/** How often a key is asked for again, in milliseconds: the news of its revocation may have been lost. */
const RECHECK_MS = 30_000;

/** What was opened with a credential and lasts no longer than that. */
export interface Session {
  readonly caller: Caller;
  readonly credential: Credential;
  /** Ends it; the reason is for its client. */
  end(reason: string): void;
}

/** Ends WebSockets when what they were opened with expires or is revoked. */
@Injectable()
export class SessionWatch implements Part {
  readonly name = 'session watch';
  readonly stage = 'prepare';
  private readonly sessions = new Map<Session, { checkedAt: number }>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    lifecycle: Lifecycle,
    private readonly authenticator: Authenticator,
    private readonly clock: Clock,
  ) {
    lifecycle.add(this);
  }

  start(): Promise<void> {
    this.timer = setInterval(() => this.sweep(), SWEEP_MS);
    return Promise.resolve();
  }

  stop(): Promise<void> {
    clearInterval(this.timer);
    return Promise.resolve();
  }

  /** Watches a session until it is told to stop; answers how to tell it. */
  watch(session: Session): () => void {
    this.sessions.set(session, { checkedAt: this.clock.now() });
    return () => this.sessions.delete(session);
  }

  /** Ends the sessions of an API key that was revoked. */
  endSessionsOfKey(name: string): void {
    for (const session of this.sessions.keys()) {
      if (session.caller.credential === 'apiKey' && session.caller.name === name) {
        this.end(session, 'The API key was revoked');
      }
    }
  }

  /** Ends what has expired and asks again for keys that were not asked for in a while. */
  sweep(): void {
    const now = this.clock.now();
    for (const [session, watched] of this.sessions) {
      const { caller } = session;
      if (caller.expiresAt !== undefined && caller.expiresAt <= now) {
        this.end(session, caller.credential === 'token' ? 'The token has expired' : 'The API key has expired');
      } else if (caller.credential === 'apiKey' && now - watched.checkedAt >= RECHECK_MS) {
        watched.checkedAt = now;
        void this.check(session);
      }
    }
  }

  /** How many sessions are watched. */
  get size(): number {
    return this.sessions.size;
  }

  private async check(session: Session): Promise<void> {
    try {
      await this.authenticator.authenticate(session.credential);
    } catch (error) {
      // A registry that does not answer says nothing about the key.
      if (error instanceof PublicError) this.end(session, 'The API key is not valid any more');
    }
  }

  private end(session: Session, reason: string): void {
    if (this.sessions.delete(session)) session.end(reason);
  }
}
