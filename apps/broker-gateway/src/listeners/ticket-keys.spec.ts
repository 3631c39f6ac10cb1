import { TICKET_PERIOD_MS, ticketKeysAt } from './ticket-keys.js';

describe('ticketKeysAt', () => {
  const secret = 'a secret that all nodes have been told';

  it('gives every node that has the secret the same keys of the length that TLS needs', () => {
    expect(ticketKeysAt(secret, 1)).toEqual(ticketKeysAt(secret, TICKET_PERIOD_MS - 1));
    expect(ticketKeysAt(secret, 1)).toHaveLength(48);
  });

  it('gives other keys in the next period, and for another secret', () => {
    const all = [ticketKeysAt(secret, 0), ticketKeysAt(secret, TICKET_PERIOD_MS), ticketKeysAt(`${secret}!`, 0)];
    expect(new Set(all.map((keys) => keys.toString('hex'))).size).toBe(3);
  });
});
