import { z } from 'zod';
import { command } from '../contract.js';
import { certificateId, pem } from '../names.js';
import { pageLimit } from './fields.js';

/** The states of a certificate that a caller may set. Only an ACTIVE certificate connects; REVOKED is final. */
export const settableCertificateStatus = z.enum(['ACTIVE', 'INACTIVE', 'REVOKED']);

/** The states of a certificate. PENDING_ACTIVATION: registered by its first connection, waits to be activated. */
export const certificateStatus = z.enum(['ACTIVE', 'INACTIVE', 'REVOKED', 'PENDING_ACTIVATION']);

/** The status of a certificate. */
export type CertificateStatus = z.output<typeof certificateStatus>;

const certificate = z.object({
  certificateId: z.string(),
  certificateArn: z.string(),
  certificatePem: z.string(),
  status: certificateStatus,
  /** The operator's CA that signed it; absent for those of the platform and those registered without a CA. */
  caCertificateId: z.string().optional(),
  /** That of its CA. `SNI_ONLY` for one that was registered without a CA. */
  certificateMode: z.enum(['DEFAULT', 'SNI_ONLY']),
  /** Milliseconds since the epoch, like all times here. */
  notBefore: z.int(),
  notAfter: z.int(),
  createdAt: z.int(),
  lastModifiedAt: z.int(),
});

/** A certificate of the registry; times are milliseconds since the epoch. */
export type Certificate = z.output<typeof certificate>;

/** Makes a key pair and its certificate. The private key is in this answer and nowhere else. */
export const createKeysAndCertificate = command('registry', 'certificate.createWithKeys.v1', {
  request: z.strictObject({
    setAsActive: z.boolean().default(false),
    keyType: z.enum(['RSA_2048', 'EC_P256']).default('RSA_2048'),
  }),
  reply: certificate.extend({ publicKeyPem: z.string(), privateKeyPem: z.string(), authorityPem: z.string() }),
});

/** Signs the certificate of a device that keeps its key to itself. Asked twice with one request, two certificates result. */
export const createCertificateFromCsr = command('registry', 'certificate.createFromCsr.v1', {
  request: z.strictObject({ certificateSigningRequest: pem, setAsActive: z.boolean().default(false) }),
  reply: certificate.extend({ authorityPem: z.string() }),
});

/**
 * Registers a certificate that one of the operator's registered, ACTIVE CAs has signed. `caCertificatePem` is needed
 * when several CAs share the subject. ResourceAlreadyExists for one that is registered.
 */
export const registerCertificate = command('registry', 'certificate.register.v1', {
  request: z.strictObject({
    certificatePem: pem,
    caCertificatePem: pem.optional(),
    status: settableCertificateStatus.default('INACTIVE'),
  }),
  reply: certificate,
});

/** Registers a certificate whoever signed it. */
export const registerCertificateWithoutCa = command('registry', 'certificate.registerWithoutCa.v1', {
  request: z.strictObject({ certificatePem: pem, status: settableCertificateStatus.default('INACTIVE') }),
  reply: certificate,
});

/** The certificates of the given ids; what does not exist is left out. */
export const getCertificates = command('registry', 'certificate.getMany.v1', {
  request: z.strictObject({ certificateIds: z.array(certificateId).max(1000) }),
  reply: z.object({ certificates: z.array(certificate) }),
});

/**
 * A page of certificates that meet all given filters, the newest first if no other order is asked for; `after` is the
 * `nextToken` of the page before in the same order.
 */
export const listCertificates = command('registry', 'certificate.list.v1', {
  request: z.strictObject({
    caCertificateId: certificateId.optional(),
    status: certificateStatus.optional(),
    /** They expire at this time or later, in milliseconds since the epoch. */
    expiresFrom: z.int().optional(),
    /** They expire before this time, in milliseconds since the epoch. */
    expiresBefore: z.int().optional(),
    orderBy: z.enum(['createdAt', 'notAfter']).default('createdAt'),
    isAscending: z.boolean().default(false),
    after: z.string().max(256).optional(),
    limit: pageLimit,
  }),
  reply: z.object({ certificates: z.array(certificate), nextToken: z.string().optional() }),
});

/** Sets the status of a certificate; live connections that use it follow at once. */
export const updateCertificate = command('registry', 'certificate.updateStatus.v1', {
  request: z.strictObject({ certificateId, newStatus: settableCertificateStatus }),
  reply: certificate,
});

/**
 * Deletes a certificate. CertificateState while it is ACTIVE, DeleteConflict while things or policies are attached;
 * `forceDelete` detaches policies, never things.
 */
export const deleteCertificate = command('registry', 'certificate.delete.v1', {
  request: z.strictObject({ certificateId, forceDelete: z.boolean().default(false) }),
  reply: z.object({}),
});

/**
 * A device has shown a certificate that the registry does not know, or that waits for its activation. When an ACTIVE CA
 * with automatic registration has signed it, it is registered as PENDING_ACTIVATION, told on
 * `$aws/events/certificates/registered/{caCertificateId}`, and provisioned by the CA's template if there is one. The
 * connection that showed it is refused all the same: the device tries again.
 */
export const presentCertificate = command('registry', 'certificate.present.v1', {
  request: z.strictObject({ certificatePem: pem }),
  reply: z.object({
    /** `UNKNOWN`: no CA of the operator registers it automatically. */
    outcome: z.enum(['UNKNOWN', 'PENDING_ACTIVATION', 'PROVISIONED', 'PROVISIONING_FAILED']),
    /** Why provisioning failed, for the operator. */
    reason: z.string().optional(),
  }),
});
