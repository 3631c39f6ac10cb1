import { Injectable } from '@nestjs/common';
import type {
  createProvisioningTemplateVersion,
  ParsedRequestOf,
  ProvisioningTemplateVersion,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { RegistryContext } from '../changes/registry-context.js';
import { type RegistryTransaction, RegistryTransactions } from '../changes/registry-transactions.js';
import { checkTemplate } from './check-template.js';
import { ProvisioningTemplateStore, type TemplateRecord } from './provisioning-template.store.js';
import { missingTemplate, missingTemplateVersion } from './template-refusals.js';
import { type TemplateVersionKey, TemplateVersionStore } from './template-version.store.js';
import { toTemplateVersion } from './template-view.js';

/** AWS IoT quota: "versions per fleet provisioning template". */
const MAX_VERSIONS = 5;

/** The versions of provisioning templates. The default one is the one that counts. */
@Injectable()
export class TemplateVersionService {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly templates: ProvisioningTemplateStore,
    private readonly versions: TemplateVersionStore,
    private readonly context: RegistryContext,
  ) {}

  /** Adds a version; its number is one that was never used. VersionsLimitExceeded when there are five. */
  create(request: ParsedRequestOf<typeof createProvisioningTemplateVersion>): Promise<ProvisioningTemplateVersion> {
    return this.transactions.run(async ({ manager }) => {
      const { templateName, templateBody, setAsDefault } = request;
      const template = await this.lock(manager, templateName);
      checkTemplate('templateBody', templateBody, template.type);
      const numbers = await this.versions.numbers(manager, templateName);
      if (numbers.length >= MAX_VERSIONS) throw tooManyVersions(template, numbers);
      const createdAt = this.context.now();
      const version = { templateName, version: template.lastVersion + 1, templateBody, createdAt };
      const defaultVersion = setAsDefault ? version.version : template.defaultVersion;
      await this.versions.insert(manager, version);
      await this.templates.setVersions(
        manager,
        templateName,
        { defaultVersion, lastVersion: version.version },
        createdAt,
      );
      return toTemplateVersion({ ...version, isDefault: setAsDefault });
    });
  }

  /** The versions of these names, in the order asked; what does not exist is left out. */
  async getMany(keys: readonly TemplateVersionKey[]): Promise<ProvisioningTemplateVersion[]> {
    const records = await this.versions.findMany(keys);
    const found = new Map(records.map((record) => [`${record.templateName} ${record.version}`, record]));
    return keys.flatMap(({ templateName, versionId }) => {
      const record = found.get(`${templateName} ${versionId}`);
      return record === undefined ? [] : [toTemplateVersion(record)];
    });
  }

  /** All versions, the newest first. */
  async list(templateName: string): Promise<ProvisioningTemplateVersion[]> {
    const records = await this.versions.ofTemplate(templateName);
    if (records.length === 0) throw missingTemplate(templateName);
    return records.map(toTemplateVersion);
  }

  /** Deletes a version; DeleteConflict for the default one. */
  delete({ templateName, versionId }: TemplateVersionKey): Promise<void> {
    return this.transactions.run(async ({ manager }) => {
      const { defaultVersion } = await this.lock(manager, templateName);
      const numbers = await this.versions.numbers(manager, templateName);
      if (!numbers.includes(versionId)) {
        throw missingTemplateVersion('versionId', templateName, versionId, numbers);
      }
      if (versionId === defaultVersion) {
        throw new IotError(
          'DeleteConflict',
          `Version ${versionId} is the default version of provisioning template ${templateName}: make another version ` +
            'the default one first, or delete the template',
          { details: { field: 'versionId', templateName, versionId } },
        );
      }
      await this.versions.delete(manager, templateName, versionId);
    });
  }

  private async lock(manager: RegistryTransaction['manager'], templateName: string): Promise<TemplateRecord> {
    const template = await this.templates.lock(manager, templateName);
    if (template === undefined) throw missingTemplate(templateName);
    return template;
  }
}

function tooManyVersions({ templateName, defaultVersion }: TemplateRecord, versions: number[]): IotError {
  return new IotError(
    'VersionsLimitExceeded',
    `Provisioning template ${templateName} has ${versions.length} versions (${versions.join(', ')}; ${defaultVersion} is ` +
      'the default one), which is as many as there can be: delete one that is not needed any more',
    { details: { field: 'templateName', templateName, limit: MAX_VERSIONS, versions } },
  );
}
