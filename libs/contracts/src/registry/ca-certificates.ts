import { z } from 'zod';
import { command } from '../contract.js';
import { certificateId, pem, provisioningTemplateName } from '../names.js';
import { pageLimit, roleArn, tags } from './fields.js';

const caStatus = z.enum(['ACTIVE', 'INACTIVE']);
const autoRegistrationStatus = z.enum(['ENABLE', 'DISABLE']);

/**
 * Just-in-time provisioning: what a device's first connection runs, the text of a template or the default version of a
 * provisioning template of the type JITP, whichever that is then.
 */
const registrationConfig = z
  .strictObject({
    templateBody: z.string().max(10_240).optional(),
    templateName: provisioningTemplateName.optional(),
    roleArn: roleArn.optional(),
  })
  .refine(
    ({ templateBody, templateName }) => (templateBody === undefined) !== (templateName === undefined),
    'must have either a templateBody or a templateName',
  );

const caCertificate = z.object({
  certificateId: z.string(),
  certificateArn: z.string(),
  certificatePem: z.string(),
  /** The subject's distinguished name as text. */
  subject: z.string(),
  status: caStatus,
  autoRegistrationStatus,
  certificateMode: z.enum(['DEFAULT', 'SNI_ONLY']),
  registrationConfig: z
    .object({
      templateBody: z.string().optional(),
      templateName: z.string().optional(),
      roleArn: z.string().optional(),
    })
    .optional(),
  /** Milliseconds since the epoch, like all times here. */
  notBefore: z.int(),
  notAfter: z.int(),
  createdAt: z.int(),
  lastModifiedAt: z.int(),
});

/** A certification authority of the operator. */
export type CaCertificate = z.output<typeof caCertificate>;

/** The code that a verification certificate must carry as its common name; it stays the same until it is deleted. */
export const getRegistrationCode = command('registry', 'registrationCode.get.v1', {
  request: z.strictObject({}),
  reply: z.object({ registrationCode: z.string() }),
});

/** Forgets the registration code; the next one asked for is new. */
export const deleteRegistrationCode = command('registry', 'registrationCode.delete.v1', {
  request: z.strictObject({}),
  reply: z.object({}),
});

/**
 * Registers the operator's own CA. In the mode DEFAULT a certificate signed by it, with the registration code as common
 * name, proves that the operator holds its key.
 */
export const registerCaCertificate = command('registry', 'caCertificate.register.v1', {
  request: z.strictObject({
    caCertificatePem: pem,
    verificationCertificatePem: pem.optional(),
    certificateMode: z.enum(['DEFAULT', 'SNI_ONLY']).default('DEFAULT'),
    setAsActive: z.boolean().default(false),
    allowAutoRegistration: z.boolean().default(false),
    registrationConfig: registrationConfig.optional(),
    tags: tags.default({}),
  }),
  reply: caCertificate,
});

/** One CA certificate. */
export const getCaCertificate = command('registry', 'caCertificate.get.v1', {
  request: z.strictObject({ certificateId }),
  reply: caCertificate,
});

/**
 * A page of CA certificates that meet the filter, the newest first if not asked otherwise; `after` is the `nextToken` of
 * the page before in the same order.
 */
export const listCaCertificates = command('registry', 'caCertificate.list.v1', {
  request: z.strictObject({
    /** They provision with the template of this name. */
    templateName: provisioningTemplateName.optional(),
    isAscending: z.boolean().default(false),
    after: z.string().max(256).optional(),
    limit: pageLimit,
  }),
  reply: z.object({ caCertificates: z.array(caCertificate), nextToken: z.string().optional() }),
});

/** Changes what is given. An INACTIVE CA registers no further certificates; those it has registered keep working. */
export const updateCaCertificate = command('registry', 'caCertificate.update.v1', {
  request: z.strictObject({
    certificateId,
    newStatus: caStatus.optional(),
    newAutoRegistrationStatus: autoRegistrationStatus.optional(),
    registrationConfig: registrationConfig.optional(),
    removeAutoRegistration: z.boolean().default(false),
  }),
  reply: caCertificate,
});

/** Deletes an INACTIVE CA certificate; CertificateState while it is ACTIVE. Device certificates it signed stay. */
export const deleteCaCertificate = command('registry', 'caCertificate.delete.v1', {
  request: z.strictObject({ certificateId }),
  reply: z.object({}),
});
