import { ArgsType, Field, ID, InputType, registerEnumType } from '@nestjs/graphql';
import type { registerCaCertificate, RequestOf, updateCaCertificate } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { CertificateStatus } from '../certificates/certificate.type.js';
import { OrderDirection } from '../connections/order-direction.js';
import { TwoWayPageArgs } from '../connections/two-way-page.args.js';
import { IdempotentInput } from '../mutations/idempotent.input.js';
import { textOfDocument } from '../scalars/json-document.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import { asStringMap } from '../scalars/string-map.js';
import { AutoRegistrationStatus, CaCertificateStatus, CertificateMode } from './ca-certificate.type.js';

/** How devices are to be provisioned by their first connection. */
@InputType({ description: 'How devices are provisioned by their first connection.' })
export class RegistrationConfigInput {
  @Field(() => JsonScalar, {
    nullable: true,
    description: 'The provisioning template, as an object or as the text of one. Either this or a `templateName`.',
  })
  templateBody?: JsonValue;

  @Field(() => String, {
    nullable: true,
    description: 'The name of a provisioning template of the type JITP, whose default version counts.',
  })
  templateName?: string | null;
}

/** What `registerCaCertificate` takes. */
@InputType({ description: 'The CA to register.' })
export class RegisterCaCertificateInput extends IdempotentInput {
  @Field(() => String, { description: 'Its certificate, PEM: that of the CA which signs devices itself.' })
  caCertificatePem: string;

  @Field(() => String, {
    nullable: true,
    description:
      'A certificate signed by it, PEM, whose common name is the registration code. Needed in the mode DEFAULT.',
  })
  verificationCertificatePem?: string | null;

  @Field(() => CertificateMode, { defaultValue: CertificateMode.DEFAULT, description: 'How it is registered.' })
  certificateMode: CertificateMode;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether certificates that it signed can be registered at once.',
  })
  setAsActive: boolean;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether the first connection with a certificate that it signed registers it.',
  })
  allowAutoRegistration: boolean;

  @Field(() => RegistrationConfigInput, {
    nullable: true,
    description: 'How devices are provisioned by their first connection; they are registered only when it is left out.',
  })
  registrationConfig?: RegistrationConfigInput | null;

  @Field(() => JsonScalar, { nullable: true, description: 'Its tags: an object of texts, at most 50.' })
  tags?: JsonValue;
}

/** What `updateCaCertificate` takes. */
@InputType({ description: 'What changes of a CA certificate; what is left out stays.' })
export class UpdateCaCertificateInput {
  @Field(() => ID, { description: 'The id of the CA certificate.' })
  certificateId: string;

  @Field(() => CaCertificateStatus, { nullable: true, description: 'The status it gets.' })
  newStatus?: CaCertificateStatus | null;

  @Field(() => AutoRegistrationStatus, {
    nullable: true,
    description: 'Whether the first connection with a certificate that it signed registers it.',
  })
  newAutoRegistrationStatus?: AutoRegistrationStatus | null;

  @Field(() => RegistrationConfigInput, {
    nullable: true,
    description: 'How devices are provisioned by their first connection.',
  })
  registrationConfig?: RegistrationConfigInput | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether devices shall not be provisioned by their first connection any more.',
  })
  removeAutoRegistration: boolean;
}

/** What CA certificates can be ordered by. */
export const CaCertificateOrderField = { CREATED_AT: 'CREATED_AT' } as const;

registerEnumType(CaCertificateOrderField, {
  name: 'CaCertificateOrderField',
  description: 'What CA certificates can be ordered by: they have no names.',
  valuesMap: { CREATED_AT: { description: 'When they were registered.' } },
});

/** The order of a list of CA certificates. */
@InputType({ description: 'The order of a list of CA certificates.' })
export class CaCertificateOrder {
  @Field(() => CaCertificateOrderField, { description: 'What they are ordered by.' })
  field: keyof typeof CaCertificateOrderField;

  @Field(() => OrderDirection, { defaultValue: OrderDirection.ASC, description: 'Which way.' })
  direction: OrderDirection;
}

/** The arguments of `caCertificates`. */
@ArgsType()
export class CaCertificatesArgs extends TwoWayPageArgs {
  @Field(() => CaCertificateOrder, {
    nullable: true,
    description: 'Their order; the newest first when it is left out.',
  })
  orderBy?: CaCertificateOrder | null;
}

/** The arguments of the certificates that a CA signed. */
@ArgsType()
export class SignedCertificatesArgs extends TwoWayPageArgs {
  @Field(() => CertificateStatus, { nullable: true, description: 'Their status; any when it is left out.' })
  status?: CertificateStatus | null;
}

/** The request to register a CA. */
export function toRegisterCaCertificateRequest({
  caCertificatePem,
  verificationCertificatePem,
  registrationConfig,
  tags,
  ...input
}: RegisterCaCertificateInput): RequestOf<typeof registerCaCertificate> {
  const { certificateMode, setAsActive, allowAutoRegistration } = input;
  return {
    caCertificatePem,
    verificationCertificatePem: verificationCertificatePem ?? undefined,
    certificateMode,
    setAsActive,
    allowAutoRegistration,
    registrationConfig: toRegistrationConfigRequest(registrationConfig),
    tags: asStringMap(tags),
  };
}

/** The request to change a CA. */
export function toUpdateCaCertificateRequest({
  certificateId,
  newStatus,
  newAutoRegistrationStatus,
  registrationConfig,
  removeAutoRegistration,
}: UpdateCaCertificateInput): RequestOf<typeof updateCaCertificate> {
  return {
    certificateId,
    newStatus: newStatus ?? undefined,
    newAutoRegistrationStatus: newAutoRegistrationStatus ?? undefined,
    registrationConfig: toRegistrationConfigRequest(registrationConfig),
    removeAutoRegistration,
  };
}

function toRegistrationConfigRequest(
  config: RegistrationConfigInput | null | undefined,
): RequestOf<typeof registerCaCertificate>['registrationConfig'] {
  if (!config) return undefined;
  const { templateBody, templateName } = config;
  const isGiven = templateBody !== undefined && templateBody !== null;
  return {
    templateBody: isGiven ? textOfDocument(templateBody) : undefined,
    templateName: templateName ?? undefined,
  };
}
