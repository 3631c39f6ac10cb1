import { secret } from '#thingcore/platform';
import { z } from 'zod';

/** What TLS session resumption can be told. */
export const ticketSettings = {
  tlsTicketSecret: secret(
    'THINGCORE_BROKER_TLS_TICKET_SECRET',
    z.string().min(32, 'must be a secret of 32 characters or more, the same on all nodes').optional(),
    'Secret of 32 characters or more that nodes share, so that a TLS session begun on one is resumed on another; without it each resumes its own',
  ),
};
