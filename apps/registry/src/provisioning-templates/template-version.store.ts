import { Injectable } from '@nestjs/common';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource, type EntityManager } from 'typeorm';

/** One version of a provisioning template. */
export interface TemplateVersionRecord {
  templateName: string;
  version: number;
  templateBody: string;
  isDefault: boolean;
  createdAt: Date;
}

/** The names of a version. */
export interface TemplateVersionKey {
  templateName: string;
  versionId: number;
}

const VERSIONS = `
  SELECT versions.template_name AS "templateName", version, template_body AS "templateBody",
         version = default_version AS "isDefault", versions.created_at AS "createdAt"
  FROM provisioning_template_versions AS versions
  JOIN provisioning_templates AS templates ON templates.template_name = versions.template_name`;

/** The versions of provisioning templates, in PostgreSQL. */
@Injectable()
export class TemplateVersionStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Stores a version of a template that is locked, or new. */
  async insert(
    manager: EntityManager,
    { templateName, version, templateBody, createdAt }: Omit<TemplateVersionRecord, 'isDefault'>,
  ): Promise<void> {
    await manager.query(
      `INSERT INTO provisioning_template_versions (template_name, version, template_body, created_at)
       VALUES ($1, $2, $3, $4)`,
      [templateName, version, templateBody, createdAt],
    );
  }

  /** Deletes a version of a template that is locked. */
  async delete(manager: EntityManager, templateName: string, version: number): Promise<void> {
    await manager.query('DELETE FROM provisioning_template_versions WHERE template_name = $1 AND version = $2', [
      templateName,
      version,
    ]);
  }

  /** The numbers of the versions that a template has, the oldest first. */
  async numbers(manager: EntityManager, templateName: string): Promise<number[]> {
    const rows = await manager.query<{ version: number }[]>(
      'SELECT version FROM provisioning_template_versions WHERE template_name = $1 ORDER BY version',
      [templateName],
    );
    return rows.map(({ version }) => version);
  }

  /** All versions of a template, the newest first; empty when there is no such template. */
  ofTemplate(templateName: string): Promise<TemplateVersionRecord[]> {
    return this.query(`${VERSIONS} WHERE versions.template_name = $1 ORDER BY version DESC`, [templateName]);
  }

  /** The versions of these names, those that exist. */
  findMany(keys: readonly TemplateVersionKey[]): Promise<TemplateVersionRecord[]> {
    return this.query(
      `${VERSIONS} WHERE (versions.template_name, version) IN
         (SELECT * FROM unnest($1::text[], $2::integer[]))`,
      [keys.map(({ templateName }) => templateName), keys.map(({ versionId }) => versionId)],
    );
  }

  private query(sql: string, parameters: unknown[]): Promise<TemplateVersionRecord[]> {
    return this.dataSource.query<TemplateVersionRecord[]>(sql, parameters).catch(rejectWithIotError());
  }
}
