import { Injectable } from '@nestjs/common';
import type { ParsedRequestOf, registerCaCertificate } from '#thingcore/contracts';
import type { RegistryTransaction } from '../changes/registry-transactions.js';
import { checkTemplate } from '../provisioning-templates/check-template.js';
import { ProvisioningTemplateStore } from '../provisioning-templates/provisioning-template.store.js';
import { missingTemplate, wrongTemplateType } from '../provisioning-templates/template-refusals.js';
import type { CaCertificateRecord } from './ca-certificate.store.js';

type RegistrationConfig = ParsedRequestOf<typeof registerCaCertificate>['registrationConfig'];

/** What just-in-time provisioning runs, as it is stored of a CA. */
export type StoredTemplate = Pick<CaCertificateRecord, 'templateBody' | 'templateName' | 'roleArn'>;

const BODY = 'registrationConfig.templateBody';
const NAME = 'registrationConfig.templateName';

/** The templates that CAs provision with. */
@Injectable()
export class RegistrationTemplates {
  constructor(private readonly templates: ProvisioningTemplateStore) {}

  /**
   * What is stored of a registration config; `undefined` when there is none. InvalidRequest for a template that
   * just-in-time provisioning could not run, with the place in it as `details.place`; ResourceNotFound for a name that no
   * template has. The template cannot be deleted until the transaction ends.
   */
  async toStored(tx: RegistryTransaction, config: RegistrationConfig): Promise<StoredTemplate | undefined> {
    if (config === undefined) return undefined;
    const { templateBody, templateName } = config;
    const roleArn = config.roleArn ?? null;
    if (templateName === undefined) {
      checkTemplate(BODY, templateBody ?? '', 'JITP');
      return { templateBody: templateBody ?? '', templateName: null, roleArn };
    }
    const template = await this.templates.lockToUse(tx.manager, templateName);
    if (template === undefined) throw missingTemplate(templateName, NAME);
    if (template.type !== 'JITP') throw wrongTemplateType(NAME, templateName, 'JITP', template.type);
    return { templateBody: null, templateName, roleArn };
  }
}
