import type { CaCertificate } from '#thingcore/contracts';
import type { RegistryContext } from '../changes/registry-context.js';
import type { CaCertificateRecord } from './ca-certificate.store.js';

/** A stored CA as callers see it. */
export function toCaCertificate(context: RegistryContext, record: CaCertificateRecord): CaCertificate {
  return {
    certificateId: record.certificateId,
    certificateArn: context.arn('cacert', record.certificateId),
    certificatePem: record.certificatePem,
    subject: record.subject,
    status: record.status,
    autoRegistrationStatus: record.autoRegistrationStatus,
    certificateMode: record.certificateMode,
    ...registrationConfigOf(record),
    notBefore: record.notBefore.getTime(),
    notAfter: record.notAfter.getTime(),
    createdAt: record.createdAt.getTime(),
    lastModifiedAt: record.lastModifiedAt.getTime(),
  };
}

function registrationConfigOf({
  templateBody,
  templateName,
  roleArn,
}: CaCertificateRecord): Pick<CaCertificate, 'registrationConfig'> {
  const role = roleArn === null ? {} : { roleArn };
  if (templateName !== null) return { registrationConfig: { templateName, ...role } };
  return templateBody === null ? {} : { registrationConfig: { templateBody, ...role } };
}
