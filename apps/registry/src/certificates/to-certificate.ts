import type { Certificate } from '#thingcore/contracts';
import type { RegistryContext } from '../changes/registry-context.js';
import type { CertificateRecord } from './certificate.store.js';

/** A stored certificate as callers see it. */
export function toCertificate(context: RegistryContext, record: CertificateRecord): Certificate {
  return {
    certificateId: record.certificateId,
    certificateArn: context.arn('cert', record.certificateId),
    certificatePem: record.certificatePem,
    status: record.status,
    ...(record.caCertificateId === null ? {} : { caCertificateId: record.caCertificateId }),
    certificateMode: record.certificateMode,
    notBefore: record.notBefore.getTime(),
    notAfter: record.notAfter.getTime(),
    createdAt: record.createdAt.getTime(),
    lastModifiedAt: record.lastModifiedAt.getTime(),
  };
}
