import type { AuthorityRecord } from './authority.store.js';

/** What devices trust: the certificates of all authorities that are not retired, the newest first. */
export function trustBundle(newestFirst: AuthorityRecord[]): string {
  return newestFirst
    .filter(({ state }) => state !== 'RETIRED')
    .map(({ certificatePem }) => certificatePem)
    .join('');
}

/**
 * What a server sends after its own certificate: the cross certificates that lead from the newest authority down to the
 * oldest that devices still trust. Each is for the key of the authority that signed what stands before it (RFC 8446,
 * 4.4.2), so a device follows them as far as the authority that it knows.
 */
export function crossCertificates(newestFirst: AuthorityRecord[]): string[] {
  const oldestTrusted = newestFirst.findLastIndex(({ state }) => state === 'TRUSTED');
  return newestFirst
    .slice(0, Math.max(oldestTrusted, 0))
    .flatMap(({ crossCertificatePem }) => crossCertificatePem ?? []);
}
