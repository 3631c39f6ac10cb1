import type { AuthorityRecord } from './authority.store.js';
import { crossCertificates, trustBundle } from './trust.js';

type State = AuthorityRecord['state'];

/** Authorities named by their generation, the newest first. */
function authorities(...states: State[]): AuthorityRecord[] {
  return states.map((state, index) => {
    const generation = states.length - index;
    return {
      authorityId: `${generation}`,
      state,
      certificatePem: `[root ${generation}]`,
      crossCertificatePem: generation === 1 ? null : `[${generation} by ${generation - 1}]`,
      sealedPrivateKey: '',
      createdAt: new Date(generation),
    };
  });
}

describe('trustBundle', () => {
  it.each<[string, State[], string]>([
    ['the only authority', ['SIGNING'], '[root 1]'],
    ['the one before too, behind the newest', ['SIGNING', 'TRUSTED'], '[root 2][root 1]'],
    ['none that is retired', ['SIGNING', 'RETIRED', 'TRUSTED'], '[root 3][root 1]'],
  ])('holds %s', (_name, states, bundle) => {
    expect(trustBundle(authorities(...states))).toBe(bundle);
  });
});

describe('crossCertificates', () => {
  it.each<[string, State[], string[]]>([
    ['nothing below the only authority', ['SIGNING'], []],
    ['the step down to the one before', ['SIGNING', 'TRUSTED'], ['[2 by 1]']],
    ['each step down to the oldest that is trusted', ['SIGNING', 'TRUSTED', 'TRUSTED'], ['[3 by 2]', '[2 by 1]']],
    ['nothing when all before are retired', ['SIGNING', 'RETIRED', 'RETIRED'], []],
    ['no step beyond the oldest that is trusted', ['SIGNING', 'TRUSTED', 'RETIRED'], ['[3 by 2]']],
    ['the step over a retired one to one that is trusted', ['SIGNING', 'RETIRED', 'TRUSTED'], ['[3 by 2]', '[2 by 1]']],
  ])('are %s', (_name, states, expected) => {
    expect(crossCertificates(authorities(...states))).toEqual(expected);
  });
});
