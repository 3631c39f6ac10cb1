import { Injectable } from '@nestjs/common';
import type { ProvisioningTemplateType } from '#thingcore/contracts';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource, type EntityManager } from 'typeorm';
import { namedPage, type NamedListRequest } from '../names/named-list.js';
import { SqlParameters } from '../names/sql-parameters.js';

/** A provisioning template without its versions. */
export interface TemplateSettings {
  description: string | null;
  enabled: boolean;
  defaultVersion: number;
  provisioningRoleArn: string | null;
  hook: TemplateHook | null;
}

/** Whom a template asks before it provisions. */
export interface TemplateHook {
  payloadVersion: string;
  target: string;
  /** The secret that signs what it is sent, as the secret box has sealed it. */
  sealedSecret: string | null;
}

/** A provisioning template in its default version. */
export interface TemplateRecord extends TemplateSettings {
  templateName: string;
  type: ProvisioningTemplateType;
  /** The highest version there ever was. */
  lastVersion: number;
  templateBody: string;
  createdAt: Date;
  lastModifiedAt: Date;
}

/** Which templates a list is of, and in which order. */
export interface TemplateListRequest extends NamedListRequest {
  readonly type?: ProvisioningTemplateType | undefined;
}

interface TemplateRow extends Omit<TemplateRecord, 'hook'> {
  payloadVersion: string | null;
  target: string | null;
  sealedSecret: string | null;
}

const TEMPLATES = `
  SELECT template_name AS "templateName", template_type AS type, description, enabled,
         default_version AS "defaultVersion", last_version AS "lastVersion",
         provisioning_role_arn AS "provisioningRoleArn", hook_payload_version AS "payloadVersion",
         hook_target AS target, hook_secret_sealed AS "sealedSecret", created_at AS "createdAt",
         last_modified_at AS "lastModifiedAt",
         (SELECT template_body FROM provisioning_template_versions AS versions
          WHERE versions.template_name = templates.template_name AND version = default_version) AS "templateBody"
  FROM provisioning_templates AS templates`;

/** Provisioning templates, in PostgreSQL; their versions are in a store of their own. */
@Injectable()
export class ProvisioningTemplateStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Stores a new template without its version; answers false and changes nothing when the name is taken. */
  async insert(manager: EntityManager, template: Omit<TemplateRecord, 'templateBody'>): Promise<boolean> {
    const { templateName, type, lastVersion, createdAt } = template;
    const rows = await manager.query<unknown[]>(
      `INSERT INTO provisioning_templates
         (template_name, template_type, last_version, created_at, last_modified_at, description, enabled,
          default_version, provisioning_role_arn, hook_payload_version, hook_target, hook_secret_sealed)
       VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING RETURNING 1`,
      [templateName, type, lastVersion, createdAt, ...settingValues(template)],
    );
    return rows.length === 1;
  }

  /** The template, which nobody else changes or deletes until the transaction ends. */
  lock(manager: EntityManager, templateName: string): Promise<TemplateRecord | undefined> {
    return one(manager, `${TEMPLATES} WHERE template_name = $1 FOR UPDATE`, templateName);
  }

  /** The template, which stays as it is until the transaction ends; many may hold it so at once. */
  lockToUse(manager: EntityManager, templateName: string): Promise<TemplateRecord | undefined> {
    return one(manager, `${TEMPLATES} WHERE template_name = $1 FOR SHARE`, templateName);
  }

  /** Writes the settings of a template that is locked. */
  async update(manager: EntityManager, templateName: string, settings: TemplateSettings, now: Date): Promise<void> {
    await manager.query(
      `UPDATE provisioning_templates SET last_modified_at = $2, description = $3, enabled = $4, default_version = $5,
         provisioning_role_arn = $6, hook_payload_version = $7, hook_target = $8, hook_secret_sealed = $9
       WHERE template_name = $1`,
      [templateName, now, ...settingValues(settings)],
    );
  }

  /** Notes the number of a further version, and whether it is the one that counts. */
  async setVersions(
    manager: EntityManager,
    templateName: string,
    { defaultVersion, lastVersion }: Pick<TemplateRecord, 'defaultVersion' | 'lastVersion'>,
    now: Date,
  ): Promise<void> {
    await manager.query(
      `UPDATE provisioning_templates SET default_version = $2, last_version = $3, last_modified_at = $4
       WHERE template_name = $1`,
      [templateName, defaultVersion, lastVersion, now],
    );
  }

  /** Deletes a template that is locked, with its versions and its claims. */
  async delete(manager: EntityManager, templateName: string): Promise<void> {
    await manager.query('DELETE FROM provisioning_templates WHERE template_name = $1', [templateName]);
  }

  /** The ids of up to `limit` CAs that provision with a template. */
  async casWith(manager: EntityManager, templateName: string, limit: number): Promise<string[]> {
    const rows = await manager.query<{ id: string }[]>(
      'SELECT certificate_id AS id FROM ca_certificates WHERE template_name = $1 ORDER BY certificate_id LIMIT $2',
      [templateName, limit],
    );
    return rows.map(({ id }) => id);
  }

  /** The ids of the temporary claims that provision with a template. */
  async claimsOf(manager: EntityManager, templateName: string): Promise<string[]> {
    const rows = await manager.query<{ id: string }[]>(
      'SELECT certificate_id AS id FROM provisioning_claims WHERE template_name = $1',
      [templateName],
    );
    return rows.map(({ id }) => id);
  }

  /** The templates of these names, those that exist. */
  async findMany(templateNames: string[]): Promise<TemplateRecord[]> {
    return this.query(`${TEMPLATES} WHERE template_name = ANY($1)`, [templateNames]);
  }

  /** Up to `limit` templates in the order asked for. */
  async page(request: TemplateListRequest, limit: number): Promise<TemplateRecord[]> {
    const parameters = new SqlParameters();
    const { condition, order } = namedPage(request, { name: 'template_name', createdAt: 'created_at' }, parameters);
    const ofType = request.type === undefined ? '' : `AND template_type = ${parameters.add(request.type)}`;
    return this.query(
      `${TEMPLATES} WHERE ${condition} ${ofType} ORDER BY ${order} LIMIT ${parameters.add(limit)}`,
      parameters.values,
    );
  }

  private async query(sql: string, parameters: unknown[]): Promise<TemplateRecord[]> {
    const rows = await this.dataSource.query<TemplateRow[]>(sql, parameters).catch(rejectWithIotError());
    return rows.map(toRecord);
  }
}

async function one(manager: EntityManager, sql: string, templateName: string): Promise<TemplateRecord | undefined> {
  const [row] = await manager.query<TemplateRow[]>(sql, [templateName]);
  return row && toRecord(row);
}

function settingValues({ description, enabled, defaultVersion, provisioningRoleArn, hook }: TemplateSettings) {
  const { payloadVersion = null, target = null, sealedSecret = null } = hook ?? {};
  return [description, enabled, defaultVersion, provisioningRoleArn, payloadVersion, target, sealedSecret];
}

function toRecord({ payloadVersion, target, sealedSecret, ...row }: TemplateRow): TemplateRecord {
  return {
    ...row,
    hook: target === null || payloadVersion === null ? null : { payloadVersion, target, sealedSecret },
  };
}
