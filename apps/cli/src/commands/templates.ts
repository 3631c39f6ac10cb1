import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CommandContext } from '../command-context.js';
import { Failure } from '../failure.js';
import { mqttsUrlOf } from '../mqtts-url.js';
import { table } from '../output.js';
import { listUpTo } from '../pages.js';
import { makeBundleFolder, writeCredentials } from './device-bundle.js';

/** A provisioning template as `templates` shows it. */
interface ListedTemplate {
  readonly name: string;
  readonly arn: string;
  readonly type: string;
  readonly enabled: boolean;
  readonly defaultVersionId: number;
}

const FIELDS = 'name arn type enabled defaultVersionId';

const LIST = `query ($first: Int!, $after: String) {
  provisioningTemplates(first: $first, after: $after) {
    edges { node { ${FIELDS} } }
    pageInfo { hasNextPage endCursor }
  }
}`;

const CREATE = `mutation ($input: CreateProvisioningTemplateInput!) {
  createProvisioningTemplate(input: $input) { provisioningTemplate { ${FIELDS} } }
}`;

const CLAIM = `mutation ($name: String!) {
  createProvisioningClaim(templateName: $name) {
    provisioningClaim { certificateId certificatePem privateKeyPem authorityPem expiresAt }
  }
}`;

/** Lists provisioning templates in the order of their names. */
export async function listTemplates(context: CommandContext, { limit }: { limit: number }): Promise<void> {
  const query = { field: 'provisioningTemplates', operation: LIST, variables: {}, limit };
  const { nodes: templates, hasMore } = await listUpTo<ListedTemplate>(await context.api(), query);
  const rows = templates.map(({ name, type, enabled, defaultVersionId }) => [
    name,
    type,
    enabled ? 'yes' : 'no',
    String(defaultVersionId),
  ]);
  context.output.result({ templates, hasMore }, [
    ...(templates.length === 0
      ? ['There is no provisioning template.']
      : table(['NAME', 'TYPE', 'ENABLED', 'VERSION'], rows)),
    ...(hasMore ? [`There are more than ${limit}: see --limit.`] : []),
  ]);
}

/** Creates a provisioning template from a file. */
export async function createTemplate(
  context: CommandContext,
  name: string,
  file: string,
  { type, enabled = false }: { type: string; enabled?: boolean },
): Promise<void> {
  const templateBody = await readFile(file, 'utf8').catch((error: Error) => {
    throw new Failure('UnreadableFile', `${file} cannot be read (${error.message}): check the path`);
  });
  const api = await context.api();
  type Created = { createProvisioningTemplate: { provisioningTemplate: ListedTemplate } };
  const data = await api.run<Created>(CREATE, { input: { name, templateBody, type, enabled } });
  const template = data.createProvisioningTemplate.provisioningTemplate;
  context.output.result({ template }, [
    `The provisioning template "${name}" is ${enabled ? 'enabled' : 'created, and not enabled'}.`,
  ]);
}

/** Makes a claim for one device: a folder with a certificate that may provision with a template, for five minutes. */
export async function createClaim(
  context: CommandContext,
  templateName: string,
  { out, mqttEndpoint }: { out?: string; mqttEndpoint?: string },
): Promise<void> {
  const api = await context.api();
  const mqttsUrl = mqttsUrlOf(api.instance, mqttEndpoint);
  const folder = out ?? `${templateName}-claim`;
  await makeBundleFolder(folder);
  type Claim = Record<'certificateId' | 'certificatePem' | 'privateKeyPem' | 'authorityPem' | 'expiresAt', string>;
  const data = await api.run<{ createProvisioningClaim: { provisioningClaim: Claim } }>(CLAIM, { name: templateName });
  const claim = data.createProvisioningClaim.provisioningClaim;
  const { certificateId, certificatePem, privateKeyPem: privateKey, authorityPem: caPem, expiresAt } = claim;
  const files = await writeCredentials(folder, { certificatePem, privateKey, caPem });
  context.output.result({ templateName, certificateId, expiresAt, mqttsUrl, folder: resolve(folder), files }, [
    `The claim is in ${folder}/ and ends at ${expiresAt}: connect to ${mqttsUrl} and provision with "${templateName}".`,
  ]);
}
