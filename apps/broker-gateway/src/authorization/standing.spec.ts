import type { Principal } from '#thingcore/contracts';
import { standingOf } from './standing.js';

const principal: Principal = { certificateId: 'c', status: 'ACTIVE', notBefore: 1_000, notAfter: 2_000, policies: [] };

describe('standingOf', () => {
  it.each([
    ['the first instant', 1_000],
    ['the last instant', 2_000],
  ])('lets an ACTIVE certificate in at %s of its validity', (_name, now) => {
    expect(standingOf(principal, now)).toEqual({ kind: 'principal', principal });
  });

  it.each([
    ['INACTIVE', { status: 'INACTIVE' }, 1_500, /INACTIVE/],
    ['REVOKED', { status: 'REVOKED' }, 1_500, /REVOKED, which is final/],
    ['waiting for activation', { status: 'PENDING_ACTIVATION' }, 1_500, /waits for its activation/],
    ['not valid yet', {}, 999, /not valid before 1970-01-01T00:00:01.000Z/],
    ['expired', {}, 2_001, /expired on 1970-01-01T00:00:02.000Z/],
  ] as const)('refuses one that is %s', (_name, changes, now, reason) => {
    const known = { ...principal, ...changes };
    expect(standingOf(known, now)).toEqual({
      kind: 'refused',
      principal: known,
      reason: expect.stringMatching(reason) as string,
    });
  });

  it('refuses one that the registry does not know', () => {
    expect(standingOf(undefined, 0)).toEqual({ kind: 'refused', reason: 'is not registered' });
  });
});
