import { Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { type CaCertificate as RegistryCaCertificate, newestFirstToken } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { type Connection, relayConnection, toConnectionBy } from '../connections/relay-connection.js';
import type { TwoWayPageArgs } from '../connections/two-way-page.args.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { jsonOfText } from '../scalars/json-document.js';
import { JsonScalar } from '../scalars/json.scalar.js';

/** The statuses of a CA certificate. */
export const CaCertificateStatus = { ACTIVE: 'ACTIVE', INACTIVE: 'INACTIVE' } as const;

/** The status of a CA certificate. */
export type CaCertificateStatus = keyof typeof CaCertificateStatus;

registerEnumType(CaCertificateStatus, {
  name: 'CaCertificateStatus',
  description: 'The status of a CA certificate.',
  valuesMap: {
    ACTIVE: { description: 'Certificates that it signed can be registered.' },
    INACTIVE: { description: 'No further certificates are registered; those that are keep working.' },
  },
});

/** Whether a CA registers the certificates that it signed by themselves. */
export const AutoRegistrationStatus = { ENABLE: 'ENABLE', DISABLE: 'DISABLE' } as const;

/** Whether a CA registers the certificates that it signed by themselves. */
export type AutoRegistrationStatus = keyof typeof AutoRegistrationStatus;

registerEnumType(AutoRegistrationStatus, {
  name: 'AutoRegistrationStatus',
  description: 'Whether the first connection with a certificate that the CA signed registers it.',
  valuesMap: {
    ENABLE: { description: 'It does, while the CA is active.' },
    DISABLE: { description: 'It does not.' },
  },
});

/** How a CA was registered. */
export const CertificateMode = { DEFAULT: 'DEFAULT', SNI_ONLY: 'SNI_ONLY' } as const;

/** How a CA was registered. */
export type CertificateMode = keyof typeof CertificateMode;

registerEnumType(CertificateMode, {
  name: 'CertificateMode',
  description: 'How a CA is registered.',
  valuesMap: {
    DEFAULT: { description: 'With a verification certificate, which proves that the operator holds its key.' },
    SNI_ONLY: { description: 'Without that proof. AWS then demands SNI of devices; here that is not checked.' },
  },
});

/** How devices are provisioned by their first connection. */
@ObjectType({ description: 'How devices are provisioned by their first connection.' })
export class RegistrationConfig {
  @Field(() => JsonScalar, { nullable: true, description: 'The provisioning template; null when it has a name.' })
  templateBody: JsonValue;

  @Field(() => String, {
    nullable: true,
    description: 'The text of the provisioning template, exactly as it was given; null when it has a name.',
  })
  templateBodyText: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the provisioning template, whose default version counts; null when it has none.',
  })
  templateName: string | null;
}

/** A CA certificate. The certificates it signed and its tags are fields of its resolver. */
@ObjectType({ description: 'A certification authority of the operator, registered here.' })
export class CaCertificate {
  @Field(() => ID, { description: 'Its id: SHA-256 over its DER form, 64 hexadecimal digits.' })
  id: string;

  @Field(() => String, { description: 'Its ARN: arn:aws:iot:{region}:{account}:cacert/{id}.' })
  arn: string;

  @Field(() => String, { description: 'The certificate itself, PEM.' })
  pem: string;

  @Field(() => String, { description: 'The distinguished name of its subject.' })
  subject: string;

  @Field(() => CaCertificateStatus, { description: 'Its status.' })
  status: CaCertificateStatus;

  @Field(() => AutoRegistrationStatus, {
    description: 'Whether the first connection with a certificate that it signed registers it.',
  })
  autoRegistrationStatus: AutoRegistrationStatus;

  @Field(() => CertificateMode, { description: 'How it was registered.' })
  certificateMode: CertificateMode;

  @Field(() => RegistrationConfig, {
    nullable: true,
    description: 'How devices are provisioned by their first connection; null when they are registered only.',
  })
  registrationConfig: RegistrationConfig | null;

  @Field(() => DateTimeScalar, { description: 'When it becomes valid.' })
  notBefore: number;

  @Field(() => DateTimeScalar, { description: 'When it expires.' })
  notAfter: number;

  @Field(() => DateTimeScalar, { description: 'When it was registered.' })
  createdAt: number;

  @Field(() => DateTimeScalar, { description: 'When it was last changed.' })
  lastModifiedAt: number;
}

/** A page of CA certificates. */
export const CaCertificateConnection = relayConnection(CaCertificate, {
  one: 'CA certificate',
  many: 'CA certificates',
  order: 'the newest first if no other order is asked for',
});

/** A page of CA certificates. */
export type CaCertificateConnection = Connection<CaCertificate>;

/** What `deleteRegistrationCode` answers. */
@ObjectType({ description: 'The registration code was forgotten.' })
export class DeletedRegistrationCode {
  @Field(() => Boolean, { description: 'Always true: a code that nobody asked for yet is no error.' })
  deleted: boolean;
}

/** A CA certificate of the registry. */
export function toCaCertificate({
  certificateId,
  certificateArn,
  certificatePem,
  registrationConfig,
  ...certificate
}: RegistryCaCertificate): CaCertificate {
  const { subject, status, autoRegistrationStatus, certificateMode } = certificate;
  const { notBefore, notAfter, createdAt, lastModifiedAt } = certificate;
  return {
    id: certificateId,
    arn: certificateArn,
    pem: certificatePem,
    subject,
    status,
    autoRegistrationStatus,
    certificateMode,
    registrationConfig: registrationConfig === undefined ? null : toRegistrationConfig(registrationConfig),
    notBefore,
    notAfter,
    createdAt,
    lastModifiedAt,
  };
}

/** A page of CA certificates of the registry, and what it was asked for with. */
export function toCaCertificateConnection(
  { caCertificates, nextToken }: { caCertificates: readonly RegistryCaCertificate[]; nextToken?: string | undefined },
  page: TwoWayPageArgs,
): CaCertificateConnection {
  return toConnectionBy(
    ({ id, createdAt }) => newestFirstToken({ certificateId: id, createdAt }),
    caCertificates.map(toCaCertificate),
    { ...page, nextToken },
  );
}

function toRegistrationConfig({
  templateBody,
  templateName,
}: NonNullable<RegistryCaCertificate['registrationConfig']>): RegistrationConfig {
  const name = templateName ?? null;
  if (templateBody === undefined) return { templateBody: null, templateBodyText: null, templateName: name };
  return { templateBody: jsonOfText(templateBody), templateBodyText: templateBody, templateName: name };
}
