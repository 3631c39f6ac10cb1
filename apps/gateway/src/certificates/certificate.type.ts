import { Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import {
  type Certificate as RegistryCertificate,
  type createCertificateFromCsr,
  type createKeysAndCertificate,
  newestFirstToken,
  type ReplyOf,
} from '#thingcore/contracts';
import { type Connection, type PagePlace, relayConnection, toConnectionBy } from '../connections/relay-connection.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';

/** The statuses of a certificate. */
export const CertificateStatus = {
  ACTIVE: 'ACTIVE',
  INACTIVE: 'INACTIVE',
  REVOKED: 'REVOKED',
  PENDING_ACTIVATION: 'PENDING_ACTIVATION',
} as const;

/** The status of a certificate. */
export type CertificateStatus = keyof typeof CertificateStatus;

registerEnumType(CertificateStatus, {
  name: 'CertificateStatus',
  description: 'The status of a certificate.',
  valuesMap: {
    ACTIVE: { description: 'Devices connect with it.' },
    INACTIVE: { description: 'Nobody connects with it, until it is active again.' },
    REVOKED: { description: 'Nobody ever connects with it again.' },
    PENDING_ACTIVATION: {
      description: 'Registered by its first connection; nobody connects with it until it is active.',
    },
  },
});

/** A certificate. Its CA, things, policies and denials are fields of its resolvers. */
@ObjectType({ description: 'The certificate that a device connects with.' })
export class Certificate {
  @Field(() => ID, { description: 'Its id: SHA-256 over its DER form, 64 hexadecimal digits.' })
  id: string;

  @Field(() => String, { description: 'Its ARN: arn:aws:iot:{region}:{account}:cert/{id}.' })
  arn: string;

  @Field(() => String, { description: 'The certificate itself, PEM.' })
  pem: string;

  @Field(() => CertificateStatus, { description: 'Its status.' })
  status: CertificateStatus;

  @Field(() => DateTimeScalar, { description: 'When it becomes valid.' })
  notBefore: number;

  @Field(() => DateTimeScalar, { description: 'When it expires.' })
  notAfter: number;

  @Field(() => DateTimeScalar, { description: 'When it was created or registered here.' })
  createdAt: number;

  @Field(() => DateTimeScalar, { description: 'When its status last changed.' })
  lastModifiedAt: number;

  readonly caCertificateId: string | undefined;
}

/** A page of certificates. */
export const CertificateConnection = relayConnection(Certificate, {
  one: 'certificate',
  many: 'certificates',
  order: 'the newest first if no other order is asked for',
});

/** A page of certificates. */
export type CertificateConnection = Connection<Certificate>;

/** A certificate that an authority of the platform has signed. */
@ObjectType({ description: 'A new certificate, signed by the platform.' })
export class SignedCertificate {
  @Field(() => Certificate, { description: 'The certificate.' })
  certificate: Certificate;

  @Field(() => String, {
    description: 'The certificates of the authorities of the platform, PEM: devices verify the server with them.',
  })
  caPem: string;
}

/** A certificate together with its keys. */
@ObjectType({ description: 'A new certificate with its keys.' })
export class KeysAndCertificate extends SignedCertificate {
  @Field(() => String, { description: 'The public key, PEM.' })
  publicKey: string;

  @Field(() => String, {
    description: 'The private key, PEM. It is in this answer and nowhere else: keep it now.',
  })
  privateKey: string;
}

/** What `deleteCertificate` and `deleteCaCertificate` answer. */
@ObjectType({ description: 'A certificate that was deleted.' })
export class DeletedCertificate {
  @Field(() => ID, { description: 'Its id.' })
  id: string;
}

/** A certificate of the registry. */
export function toCertificate({
  certificateId,
  certificateArn,
  certificatePem,
  caCertificateId,
  ...certificate
}: RegistryCertificate): Certificate {
  const { status, notBefore, notAfter, createdAt, lastModifiedAt } = certificate;
  return {
    id: certificateId,
    arn: certificateArn,
    pem: certificatePem,
    status,
    notBefore,
    notAfter,
    createdAt,
    lastModifiedAt,
    caCertificateId,
  };
}

/** A new certificate of the registry, signed by the platform. */
export function toSignedCertificate(reply: ReplyOf<typeof createCertificateFromCsr>): SignedCertificate {
  return { certificate: toCertificate(reply), caPem: reply.authorityPem };
}

/** A new certificate of the registry with its keys. */
export function toKeysAndCertificate(reply: ReplyOf<typeof createKeysAndCertificate>): KeysAndCertificate {
  return { ...toSignedCertificate(reply), publicKey: reply.publicKeyPem, privateKey: reply.privateKeyPem };
}

/** A page of certificates of the registry, and what it was asked for with. */
export function toCertificateConnection(
  { certificates, nextToken }: { certificates: readonly RegistryCertificate[]; nextToken?: string | undefined },
  { by, ...page }: Omit<PagePlace, 'nextToken'>,
): CertificateConnection {
  return toConnectionBy(
    ({ id, createdAt, notAfter }) =>
      newestFirstToken({ certificateId: id, createdAt: by === undefined ? createdAt : notAfter }),
    certificates.map(toCertificate),
    { ...page, nextToken, by },
  );
}
