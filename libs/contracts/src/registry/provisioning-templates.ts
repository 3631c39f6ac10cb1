import { z } from 'zod';
import { command } from '../contract.js';
import { provisioningTemplateName } from '../names.js';
import { description, namedOrder, namedPageToken, pageLimit, roleArn, tags } from './fields.js';

/** What a template is for: devices that ask over MQTT with a claim certificate, or first connections with a CA's certificate. */
export const provisioningTemplateType = z.enum(['FLEET_PROVISIONING', 'JITP']);

/** What a template is for; it stays so for ever. */
export type ProvisioningTemplateType = z.output<typeof provisioningTemplateType>;

/** The text of a template's document: JSON, at most 10,240 bytes. */
const templateBody = z.string().min(1, 'must not be empty').max(10_240, 'must be at most 10240 characters');

/** The version of the question that a hook is asked. AWS: "payloadVersion". */
const payloadVersion = z.literal('2020-04-01', 'must be 2020-04-01, the one version there is');

const hookTarget = z
  .string()
  .max(2048)
  .regex(
    /^(https?:\/\/.+|arn:aws[a-z-]*:lambda:[^:]+:[0-9]{12}:function:[a-zA-Z0-9_-]{1,140}(:[a-zA-Z0-9$_-]{1,128})?)$/,
    'must be an http(s) URL or the ARN of a Lambda function',
  );

/** Asked before a device is provisioned. `signingSecret`, 16 characters or more, signs what is sent to a URL; it is never shown. */
const preProvisioningHook = z.strictObject({
  payloadVersion: payloadVersion.default('2020-04-01'),
  targetArn: hookTarget,
  signingSecret: z.string().min(16, 'must have at least 16 characters').max(256).optional(),
});

/** The number of a version, counted from 1. */
const versionId = z.int().min(1).max(2_147_483_647);

const provisioningTemplate = z.object({
  templateName: z.string(),
  templateArn: z.string(),
  description: z.string().optional(),
  type: provisioningTemplateType,
  /** A template that is not enabled provisions nothing. */
  enabled: z.boolean(),
  defaultVersionId: z.int(),
  /** The text of the default version. */
  templateBody: z.string(),
  provisioningRoleArn: z.string().optional(),
  preProvisioningHook: z
    .object({
      payloadVersion: z.string(),
      targetArn: z.string(),
      /** Whether a secret signs what the hook is sent. */
      isSigned: z.boolean(),
    })
    .optional(),
  /** Milliseconds since the epoch, like all times here. */
  createdAt: z.int(),
  lastModifiedAt: z.int(),
});

/** A provisioning template with its default version. */
export type ProvisioningTemplateRecord = z.output<typeof provisioningTemplate>;

const provisioningTemplateVersion = z.object({
  templateName: z.string(),
  versionId: z.int(),
  templateBody: z.string(),
  isDefaultVersion: z.boolean(),
  createdAt: z.int(),
});

/** One version of a provisioning template. */
export type ProvisioningTemplateVersion = z.output<typeof provisioningTemplateVersion>;

/**
 * Creates a template with its version 1. ResourceAlreadyExists for a name that is taken; InvalidRequest, with the place
 * as `details.field`, for a document that is none of its type, and for a hook of a type that asks none.
 */
export const createProvisioningTemplate = command('registry', 'provisioningTemplate.create.v1', {
  request: z.strictObject({
    templateName: provisioningTemplateName,
    description: description.max(500).optional(),
    templateBody,
    enabled: z.boolean().default(false),
    type: provisioningTemplateType.default('FLEET_PROVISIONING'),
    provisioningRoleArn: roleArn.optional(),
    preProvisioningHook: preProvisioningHook.optional(),
    tags: tags.default({}),
  }),
  reply: provisioningTemplate,
});

/** The templates of the given names; what does not exist is left out. */
export const getProvisioningTemplates = command('registry', 'provisioningTemplate.getMany.v1', {
  request: z.strictObject({ templateNames: z.array(provisioningTemplateName).max(1000) }),
  reply: z.object({ templates: z.array(provisioningTemplate) }),
});

/** A page of templates, in the order of their names if no other is asked for. */
export const listProvisioningTemplates = command('registry', 'provisioningTemplate.list.v1', {
  request: z.strictObject({
    namePrefix: provisioningTemplateName.optional(),
    type: provisioningTemplateType.optional(),
    ...namedOrder,
    after: namedPageToken.optional(),
    limit: pageLimit,
  }),
  reply: z.object({ templates: z.array(provisioningTemplate), nextToken: z.string().optional() }),
});

/**
 * Changes what is given; the document changes with a new version only. A hook replaces the one before as a whole, its
 * secret too. ResourceNotFound for a template or a default version that does not exist.
 */
export const updateProvisioningTemplate = command('registry', 'provisioningTemplate.update.v1', {
  request: z
    .strictObject({
      templateName: provisioningTemplateName,
      description: description.max(500).optional(),
      enabled: z.boolean().optional(),
      defaultVersionId: versionId.optional(),
      provisioningRoleArn: roleArn.optional(),
      preProvisioningHook: preProvisioningHook.optional(),
      removePreProvisioningHook: z.boolean().default(false),
    })
    .refine(
      ({ preProvisioningHook: hook, removePreProvisioningHook }) => hook === undefined || !removePreProvisioningHook,
      'must not give a preProvisioningHook and remove it',
    ),
  reply: provisioningTemplate,
});

/**
 * Deletes a template. DeleteConflict while it has versions beside the default one, and while a CA provisions with it.
 * Its temporary claims end with it.
 */
export const deleteProvisioningTemplate = command('registry', 'provisioningTemplate.delete.v1', {
  request: z.strictObject({ templateName: provisioningTemplateName }),
  reply: z.object({}),
});

/** Adds a version; VersionsLimitExceeded when there are five. */
export const createProvisioningTemplateVersion = command('registry', 'provisioningTemplateVersion.create.v1', {
  request: z.strictObject({
    templateName: provisioningTemplateName,
    templateBody,
    setAsDefault: z.boolean().default(false),
  }),
  reply: provisioningTemplateVersion,
});

/** The versions of the given templates and numbers; what does not exist is left out. */
export const getProvisioningTemplateVersions = command('registry', 'provisioningTemplateVersion.getMany.v1', {
  request: z.strictObject({
    versions: z.array(z.strictObject({ templateName: provisioningTemplateName, versionId })).max(1000),
  }),
  reply: z.object({ versions: z.array(provisioningTemplateVersion) }),
});

/** All versions of a template, the newest first. */
export const listProvisioningTemplateVersions = command('registry', 'provisioningTemplateVersion.list.v1', {
  request: z.strictObject({ templateName: provisioningTemplateName }),
  reply: z.object({ versions: z.array(provisioningTemplateVersion) }),
});

/** Deletes a version; DeleteConflict for the default one. */
export const deleteProvisioningTemplateVersion = command('registry', 'provisioningTemplateVersion.delete.v1', {
  request: z.strictObject({ templateName: provisioningTemplateName, versionId }),
  reply: z.object({}),
});

/**
 * Makes a claim for one device: a certificate that connects for 5 minutes and may only provision with this template. It
 * is in no list of certificates, and its private key is in this answer and nowhere else. ResourceNotFound;
 * InvalidRequest for a template that is not enabled or not of the type FLEET_PROVISIONING.
 */
export const createProvisioningClaim = command('registry', 'provisioningClaim.create.v1', {
  request: z.strictObject({ templateName: provisioningTemplateName }),
  reply: z.object({
    certificateId: z.string(),
    certificatePem: z.string(),
    publicKeyPem: z.string(),
    privateKeyPem: z.string(),
    authorityPem: z.string(),
    /** When the claim ends, milliseconds since the epoch. */
    expiresAt: z.int(),
  }),
});
