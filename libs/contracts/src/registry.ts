import { z } from 'zod';
import { command, event } from './contract.js';
import { certificateId, certificateReference, policyName, thingName } from './names.js';

const attributeName = z
  .string()
  .regex(/^[a-zA-Z0-9_.,@/:#-]{1,128}$/, 'must be 1 to 128 characters out of a-z, A-Z, 0-9 and _ . , @ / : # -');
const attributeValue = z
  .string()
  .regex(
    /^[a-zA-Z0-9_.,@/:#=[\]-]{0,800}$/,
    'must be at most 800 characters out of a-z, A-Z, 0-9 and _ . , @ / : # = [ ] -',
  );

const attributes = z.record(attributeName, attributeValue);

const thing = z.object({
  thingName: z.string(),
  thingId: z.string(),
  thingArn: z.string(),
  attributes: z.record(z.string(), z.string()),
  version: z.int(),
});

/** A thing of the registry. */
export type Thing = z.output<typeof thing>;

/**
 * Creates a thing. The same name with the same attributes answers the existing thing; with others ResourceAlreadyExists.
 */
export const createThing = command('registry', 'thing.create.v1', {
  request: z.strictObject({ thingName, attributes: attributes.default({}) }),
  reply: thing,
});

/** The things of the given names; what does not exist is left out. */
export const getThings = command('registry', 'thing.getMany.v1', {
  request: z.strictObject({ thingNames: z.array(thingName).max(1000) }),
  reply: z.object({ things: z.array(thing) }),
});

/** A page of things in the order of their names, those after `after`. */
export const listThings = command('registry', 'thing.list.v1', {
  request: z.strictObject({ after: thingName.optional(), limit: z.int().min(1).max(250).default(100) }),
  reply: z.object({ things: z.array(thing), nextToken: z.string().optional() }),
});

/** Attaches a certificate to a thing; doing it again changes nothing. */
export const attachThingPrincipal = command('registry', 'thing.attachPrincipal.v1', {
  request: z.strictObject({ thingName, principal: certificateReference }),
  reply: z.object({}),
});

/** Detaches a certificate from a thing. */
export const detachThingPrincipal = command('registry', 'thing.detachPrincipal.v1', {
  request: z.strictObject({ thingName, principal: certificateReference }),
  reply: z.object({}),
});

/** The states of a certificate that a caller may set. Only an ACTIVE certificate connects; REVOKED is final. */
export const certificateStatus = z.enum(['ACTIVE', 'INACTIVE', 'REVOKED']);

/** The status of a certificate. */
export type CertificateStatus = z.output<typeof certificateStatus>;

const certificate = z.object({
  certificateId: z.string(),
  certificateArn: z.string(),
  certificatePem: z.string(),
  status: certificateStatus,
  notBefore: z.int(),
  notAfter: z.int(),
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

/** One certificate. */
export const getCertificate = command('registry', 'certificate.get.v1', {
  request: z.strictObject({ certificateId }),
  reply: certificate,
});

/** Sets the status of a certificate; live connections that use it follow at once. */
export const updateCertificate = command('registry', 'certificate.updateStatus.v1', {
  request: z.strictObject({ certificateId, newStatus: certificateStatus }),
  reply: certificate,
});

/** Signs the certificate of a server of the platform itself, such as a broker listener. */
export const issueServerCertificate = command('registry', 'certificate.issueServer.v1', {
  request: z.strictObject({
    csrPem: z.string().max(16_384),
    hostnames: z.array(z.string().min(1).max(253)).min(1).max(32),
  }),
  reply: z.object({ certificatePem: z.string(), authorityPem: z.string() }),
});

/** The certificate of the authority that signs devices and servers. */
export const getAuthority = command('registry', 'authority.get.v1', {
  request: z.strictObject({}),
  reply: z.object({ authorityPem: z.string() }),
});

const policy = z.object({
  policyName: z.string(),
  policyArn: z.string(),
  policyDocument: z.string(),
  policyVersionId: z.string(),
});

/** A policy with its default version. */
export type Policy = z.output<typeof policy>;

/** Creates a policy from the text of its document. */
export const createPolicy = command('registry', 'policy.create.v1', {
  request: z.strictObject({ policyName, policyDocument: z.string() }),
  reply: policy,
});

/** One policy. */
export const getPolicy = command('registry', 'policy.get.v1', {
  request: z.strictObject({ policyName }),
  reply: policy,
});

/** Attaches a policy to a certificate; doing it again changes nothing. */
export const attachPolicy = command('registry', 'policy.attach.v1', {
  request: z.strictObject({ policyName, target: certificateReference }),
  reply: z.object({}),
});

/** Detaches a policy from a certificate. */
export const detachPolicy = command('registry', 'policy.detach.v1', {
  request: z.strictObject({ policyName, target: certificateReference }),
  reply: z.object({}),
});

const principal = z.object({
  certificateId: z.string(),
  status: certificateStatus,
  notBefore: z.int(),
  notAfter: z.int(),
  things: z.array(z.object({ thingName: z.string(), attributes: z.record(z.string(), z.string()) })),
  policies: z.array(z.object({ policyName: z.string(), policyDocument: z.string() })),
});

/** All that decides what the holder of a certificate may do. */
export type Principal = z.output<typeof principal>;

/** Resolves a certificate to its principal; ResourceNotFound when the registry does not know it. */
export const resolvePrincipal = command('registry', 'principal.resolve.v1', {
  request: z.strictObject({ certificateId }),
  reply: principal,
});

/** Who holds an API key, asked by the key's SHA-256 in hex; Unauthorized when no valid key has it. */
export const verifyApiKey = command('registry', 'apiKey.verify.v1', {
  request: z.strictObject({ keySha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  reply: z.object({ name: z.string(), role: z.enum(['admin', 'operator', 'viewer']) }),
});

/** Status, policies or things of these certificates changed: whoever caches them asks again. */
export const principalChanged = event(
  'registry',
  'principal.changed.v1',
  'broadcast',
  z.object({ certificateIds: z.array(z.string()) }),
);
