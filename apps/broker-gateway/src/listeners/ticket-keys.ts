import { hkdfSync } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Clock, IdGenerator } from '#thingcore/platform';
import { BROKER_CONFIG, type BrokerConfig } from '../broker.config.js';

/** How long tickets are made with the same keys; a session is resumed for at most so long. */
export const TICKET_PERIOD_MS = 12 * 3_600_000;

/** What node:tls takes: a name of 16 bytes, a key for their authentication and one for their encryption, 16 bytes each. */
const KEY_BYTES = 48;

const OWN_SECRET_BYTES = 32;

/** The keys of session tickets at a time: the same wherever the secret is, new ones each {@link TICKET_PERIOD_MS}. */
export function ticketKeysAt(secret: string, now: number): Buffer {
  const period = Math.floor(now / TICKET_PERIOD_MS);
  return Buffer.from(hkdfSync('sha256', secret, '', `thingcore tls tickets ${period}`, KEY_BYTES));
}

/**
 * The keys that TLS session tickets are made with. A ticket holds the keys of its session, so whoever gets the keys of the
 * tickets can read along with TLS 1.2: they change, and nothing is stored. Nodes need not talk to each other for it.
 */
@Injectable()
export class TicketKeys {
  private readonly secret: string;

  constructor(
    private readonly clock: Clock,
    ids: IdGenerator,
    @Inject(BROKER_CONFIG) { tlsTicketSecret }: BrokerConfig,
  ) {
    this.secret = tlsTicketSecret ?? ids.secret(OWN_SECRET_BYTES);
  }

  /** The keys of now. */
  current(): Buffer {
    return ticketKeysAt(this.secret, this.clock.now());
  }
}
