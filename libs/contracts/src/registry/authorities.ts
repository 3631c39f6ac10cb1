import { z } from 'zod';
import { command, event } from '../contract.js';
import { certificateId, pem } from '../names.js';

/**
 * Signs the certificate of a server of the platform itself, such as a broker listener. The answer is a chain: a device
 * that trusts the authority of today, or any older one that is not retired, verifies it.
 */
export const issueServerCertificate = command('registry', 'certificate.issueServer.v1', {
  request: z.strictObject({
    csrPem: pem,
    hostnames: z.array(z.string().min(1).max(253)).min(1).max(32),
  }),
  reply: z.object({ certificateChainPem: z.string(), authorityPem: z.string() }),
});

/** What devices trust: the certificates of all authorities of the platform that are not retired, the newest first. */
export const getAuthority = command('registry', 'authority.get.v1', {
  request: z.strictObject({}),
  reply: z.object({ authorityPem: z.string() }),
});

const authority = z.object({
  authorityId: z.string(),
  certificatePem: z.string(),
  /** `SIGNING`: signs devices and servers. `TRUSTED`: signed before, and still verifies. `RETIRED`: no longer handed out. */
  state: z.enum(['SIGNING', 'TRUSTED', 'RETIRED']),
  /** Milliseconds since the epoch, like all times here. */
  notAfter: z.int(),
  createdAt: z.int(),
});

/** A certification authority of the platform itself. */
export type PlatformAuthority = z.output<typeof authority>;

/** The authorities of the platform, the newest first. */
export const listAuthorities = command('registry', 'authority.list.v1', {
  request: z.strictObject({}),
  reply: z.object({ authorities: z.array(authority) }),
});

/** Makes a new authority, which signs from now on; the one before stays trusted until it is retired. */
export const rotateAuthority = command('registry', 'authority.rotate.v1', {
  request: z.strictObject({}),
  reply: authority,
});

/** Takes a trusted authority out of what is handed out: devices that trust it alone can no longer verify the servers. */
export const retireAuthority = command('registry', 'authority.retire.v1', {
  request: z.strictObject({ authorityId: certificateId }),
  reply: authority,
});

/** The authorities changed: servers of the platform get themselves new certificates, without closing connections. */
export const authorityChanged = event('registry', 'authority.changed.v1', 'broadcast', z.object({}));
