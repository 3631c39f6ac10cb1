import { Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { Certificate as RegistryCertificate, ReplyOf, createKeysAndCertificate } from '#thingcore/contracts';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';

/** The statuses of a certificate. */
export const CertificateStatus = { ACTIVE: 'ACTIVE', INACTIVE: 'INACTIVE', REVOKED: 'REVOKED' } as const;

/** The status of a certificate. */
export type CertificateStatus = keyof typeof CertificateStatus;

registerEnumType(CertificateStatus, {
  name: 'CertificateStatus',
  description: 'The status of a certificate.',
  valuesMap: {
    ACTIVE: { description: 'Devices connect with it.' },
    INACTIVE: { description: 'Nobody connects with it, until it is active again.' },
    REVOKED: { description: 'Nobody ever connects with it again.' },
  },
});

/** A certificate. */
@ObjectType({ description: 'The certificate that a device connects with.' })
export class Certificate {
  @Field(() => ID, { description: 'Its id: SHA-256 over its DER form, 64 hexadecimal digits.' })
  certificateId: string;

  @Field(() => String, { description: 'Its ARN: arn:aws:iot:{region}:{account}:cert/{certificateId}.' })
  certificateArn: string;

  @Field(() => String, { description: 'The certificate itself, PEM.' })
  certificatePem: string;

  @Field(() => CertificateStatus, { description: 'Its status.' })
  status: CertificateStatus;

  @Field(() => DateTimeScalar, { description: 'When it becomes valid.' })
  notBefore: number;

  @Field(() => DateTimeScalar, { description: 'When it expires.' })
  notAfter: number;
}

/** A certificate together with its keys. */
@ObjectType({ description: 'A new certificate with its keys.' })
export class KeysAndCertificate extends Certificate {
  @Field(() => String, { description: 'The public key, PEM.' })
  publicKey: string;

  @Field(() => String, {
    description: 'The private key, PEM. It is in this answer and nowhere else: keep it now.',
  })
  privateKey: string;

  @Field(() => String, { description: 'The certificate of the authority, PEM: devices verify the server with it.' })
  caPem: string;
}

/** A certificate of the registry. */
export function toCertificate(certificate: RegistryCertificate): Certificate {
  const { certificateId, certificateArn, certificatePem, status, notBefore, notAfter } = certificate;
  return { certificateId, certificateArn, certificatePem, status, notBefore, notAfter };
}

/** A new certificate of the registry with its keys. */
export function toKeysAndCertificate(reply: ReplyOf<typeof createKeysAndCertificate>): KeysAndCertificate {
  return {
    ...toCertificate(reply),
    publicKey: reply.publicKeyPem,
    privateKey: reply.privateKeyPem,
    caPem: reply.authorityPem,
  };
}
