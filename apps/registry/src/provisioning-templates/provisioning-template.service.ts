import { Injectable } from '@nestjs/common';
import type {
  createProvisioningTemplate,
  listProvisioningTemplates,
  ParsedRequestOf,
  ProvisioningTemplateRecord,
  ReplyOf,
  updateProvisioningTemplate,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { RegistryContext } from '../changes/registry-context.js';
import { type RegistryTransaction, RegistryTransactions } from '../changes/registry-transactions.js';
import { toNamedPage } from '../names/named-list.js';
import { TagStore } from '../tags/tag.store.js';
import { checkTemplate } from './check-template.js';
import {
  ProvisioningTemplateStore,
  type TemplateRecord,
  type TemplateSettings,
} from './provisioning-template.store.js';
import { TemplateHooks } from './template-hooks.js';
import { missingTemplate, missingTemplateVersion } from './template-refusals.js';
import { TemplateVersionStore } from './template-version.store.js';
import { toTemplate } from './template-view.js';

type Create = ParsedRequestOf<typeof createProvisioningTemplate>;
type Update = ParsedRequestOf<typeof updateProvisioningTemplate>;

/** Provisioning templates: what devices become when they provision themselves. */
@Injectable()
export class ProvisioningTemplateService {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly templates: ProvisioningTemplateStore,
    private readonly versions: TemplateVersionStore,
    private readonly hooks: TemplateHooks,
    private readonly tags: TagStore,
    private readonly context: RegistryContext,
  ) {}

  /** Creates a template with its version 1. */
  async create(request: Create): Promise<ProvisioningTemplateRecord> {
    checkTemplate('templateBody', request.templateBody, request.type);
    const record = this.toRecord(request);
    await this.transactions.run((tx) => this.insertIn(tx, record, request.tags));
    return toTemplate(this.context, record);
  }

  /** The templates of these names, in the order asked; what does not exist is left out. */
  async getMany(templateNames: string[]): Promise<ProvisioningTemplateRecord[]> {
    const records = await this.templates.findMany(templateNames);
    const found = new Map(records.map((record) => [record.templateName, record]));
    return templateNames.flatMap((name) => {
      const record = found.get(name);
      return record === undefined ? [] : [toTemplate(this.context, record)];
    });
  }

  /** A page of templates in the order asked for. */
  async list(
    request: ParsedRequestOf<typeof listProvisioningTemplates>,
  ): Promise<ReplyOf<typeof listProvisioningTemplates>> {
    const records = await this.templates.page(request, request.limit + 1);
    const { page, next } = toNamedPage(records, request, ({ templateName: name, createdAt }) => ({ name, createdAt }));
    return { templates: page.map((record) => toTemplate(this.context, record)), ...next };
  }

  /** Changes what is given. ResourceNotFound for a template, or a default version, that does not exist. */
  update(request: Update): Promise<ProvisioningTemplateRecord> {
    return this.transactions.run(async ({ manager }) => {
      const record = await this.templates.lock(manager, request.templateName);
      if (record === undefined) throw missingTemplate(request.templateName);
      await this.requireVersion(manager, request);
      const now = this.context.now();
      await this.templates.update(manager, record.templateName, this.changed(record, request), now);
      const changed = await this.templates.lock(manager, record.templateName);
      return toTemplate(this.context, changed ?? record);
    });
  }

  /** Deletes a template and ends its claims. DeleteConflict while it has further versions, or a CA provisions with it. */
  delete(templateName: string): Promise<void> {
    return this.transactions.run(async (tx) => {
      const { manager } = tx;
      const record = await this.templates.lock(manager, templateName);
      if (record === undefined) throw missingTemplate(templateName);
      const others = (await this.versions.numbers(manager, templateName)).filter(
        (version) => version !== record.defaultVersion,
      );
      if (others.length > 0) throw stillWithVersions(templateName, others);
      const [caCertificateId] = await this.templates.casWith(manager, templateName, 1);
      if (caCertificateId !== undefined) throw stillInUse(templateName, caCertificateId);
      for (const claim of await this.templates.claimsOf(manager, templateName)) tx.affects('certificate', claim);
      await this.tags.removeAll(manager, this.context.arn('provisioningtemplate', templateName));
      await this.templates.delete(manager, templateName);
    });
  }

  private async insertIn({ manager }: RegistryTransaction, record: TemplateRecord, tags: Create['tags']) {
    const { templateName, templateBody, createdAt } = record;
    const resourceArn = this.context.arn('provisioningtemplate', templateName);
    if (!(await this.templates.insert(manager, record))) {
      throw new IotError(
        'ResourceAlreadyExists',
        `Provisioning template ${templateName} already exists: give it a new version, or choose another name`,
        { details: { field: 'templateName', resourceId: templateName, resourceArn } },
      );
    }
    await this.versions.insert(manager, { templateName, version: 1, templateBody, createdAt });
    await this.tags.put(manager, resourceArn, tags);
  }

  private toRecord({ templateName, type, preProvisioningHook: hook, ...request }: Create): TemplateRecord {
    const now = this.context.now();
    return {
      templateName,
      type,
      description: request.description ?? null,
      enabled: request.enabled,
      defaultVersion: 1,
      lastVersion: 1,
      provisioningRoleArn: request.provisioningRoleArn ?? null,
      hook: hook === undefined ? null : this.hooks.toStored(templateName, type, hook),
      templateBody: request.templateBody,
      createdAt: now,
      lastModifiedAt: now,
    };
  }

  private async requireVersion(
    manager: RegistryTransaction['manager'],
    { templateName, defaultVersionId }: Update,
  ): Promise<void> {
    if (defaultVersionId === undefined) return;
    const versions = await this.versions.numbers(manager, templateName);
    if (versions.includes(defaultVersionId)) return;
    throw missingTemplateVersion('defaultVersionId', templateName, defaultVersionId, versions);
  }

  private changed(record: TemplateRecord, request: Update): TemplateSettings {
    const { templateName, type } = record;
    const { preProvisioningHook: hook, removePreProvisioningHook } = request;
    const kept = removePreProvisioningHook ? null : record.hook;
    return {
      description: request.description ?? record.description,
      enabled: request.enabled ?? record.enabled,
      defaultVersion: request.defaultVersionId ?? record.defaultVersion,
      provisioningRoleArn: request.provisioningRoleArn ?? record.provisioningRoleArn,
      hook: hook === undefined ? kept : this.hooks.toStored(templateName, type, hook),
    };
  }
}

function stillWithVersions(templateName: string, versions: number[]): IotError {
  return new IotError(
    'DeleteConflict',
    `Provisioning template ${templateName} has the versions ${versions.join(', ')} beside the default one: delete them first`,
    { details: { field: 'templateName', templateName, versions } },
  );
}

function stillInUse(templateName: string, caCertificateId: string): IotError {
  return new IotError(
    'DeleteConflict',
    `CA certificate ${caCertificateId} provisions its devices with the template ${templateName}: give the CA another registrationConfig first`,
    { details: { field: 'templateName', templateName, caCertificateId } },
  );
}
