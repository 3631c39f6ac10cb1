import type { AccessRole, Principal } from '#thingcore/contracts';

/** What the registry makes of a peer. */
export type Standing =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'principal'; readonly principal: Principal }
  | {
      readonly kind: 'accessKey';
      readonly accessKeyId: string;
      readonly role: AccessRole;
      /** In milliseconds since the epoch; infinite when it never expires. */
      readonly expiresAt: number;
    }
  | {
      /** The certificate, or the access key, does not count. */
      readonly kind: 'refused';
      /** Why, as the end of "Certificate … " or "Access key … ". */
      readonly reason: string;
      /** Absent for a certificate that the registry does not know. */
      readonly principal?: Principal | undefined;
    };

/** Decides whether a certificate counts at a time (milliseconds since the epoch), given what the registry knows of it. */
export function standingOf(principal: Principal | undefined, now: number): Standing {
  if (principal === undefined) return { kind: 'refused', reason: 'is not registered' };
  const reason = objectionTo(principal, now);
  return reason === undefined ? { kind: 'principal', principal } : { kind: 'refused', reason, principal };
}

function objectionTo({ status, notBefore, notAfter }: Principal, now: number): string | undefined {
  switch (status) {
    case 'INACTIVE':
      return 'is INACTIVE: it connects again when it is set to ACTIVE';
    case 'REVOKED':
      return 'is REVOKED, which is final: the device needs another one';
    case 'PENDING_ACTIVATION':
      return 'waits for its activation: set it to ACTIVE';
    case 'ACTIVE':
      break;
  }
  if (now < notBefore) return `is not valid before ${new Date(notBefore).toISOString()}`;
  if (now > notAfter) return `has expired on ${new Date(notAfter).toISOString()}: the device needs another one`;
  return undefined;
}
