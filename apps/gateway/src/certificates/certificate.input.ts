import { Field, ID, InputType, registerEnumType } from '@nestjs/graphql';
import { IdempotentInput } from '../mutations/idempotent.input.js';

/** The kinds of key pairs. */
export const KeyType = { RSA_2048: 'RSA_2048', EC_P256: 'EC_P256' } as const;

/** The kind of a key pair. */
export type KeyType = keyof typeof KeyType;

registerEnumType(KeyType, {
  name: 'KeyType',
  description: 'The kind of a key pair.',
  valuesMap: {
    RSA_2048: { description: 'RSA with 2048 bits: every device knows it.' },
    EC_P256: { description: 'Elliptic curve P-256: smaller and faster.' },
  },
});

/** The statuses that a certificate can be set to. */
export const SettableCertificateStatus = { ACTIVE: 'ACTIVE', INACTIVE: 'INACTIVE', REVOKED: 'REVOKED' } as const;

/** A status that a certificate can be set to. */
export type SettableCertificateStatus = keyof typeof SettableCertificateStatus;

registerEnumType(SettableCertificateStatus, {
  name: 'SettableCertificateStatus',
  description: 'A status that a certificate can be set to.',
  valuesMap: {
    ACTIVE: { description: 'Devices connect with it.' },
    INACTIVE: { description: 'Nobody connects with it, until it is active again.' },
    REVOKED: { description: 'Nobody ever connects with it again.' },
  },
});

/** What `createKeysAndCertificate` takes. */
@InputType({ description: 'The certificate to make.' })
export class CreateKeysAndCertificateInput extends IdempotentInput {
  @Field(() => Boolean, { defaultValue: false, description: 'Whether devices may connect with it at once.' })
  setAsActive: boolean;

  @Field(() => KeyType, { defaultValue: KeyType.RSA_2048, description: 'The kind of its key pair.' })
  keyType: KeyType;
}

/** What `createCertificateFromCsr` takes. */
@InputType({ description: 'The certificate to sign.' })
export class CreateCertificateFromCsrInput extends IdempotentInput {
  @Field(() => String, {
    description: 'The certificate signing request, PEM: RSA with at least 2048 bits, or an elliptic curve.',
  })
  certificateSigningRequest: string;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether devices may connect with it at once.' })
  setAsActive: boolean;
}

/** What `registerCertificateWithoutCa` takes. */
@InputType({ description: 'The certificate to register, whoever signed it.' })
export class RegisterCertificateWithoutCaInput extends IdempotentInput {
  @Field(() => String, { description: 'The certificate, PEM.' })
  certificatePem: string;

  @Field(() => SettableCertificateStatus, {
    defaultValue: SettableCertificateStatus.INACTIVE,
    description: 'The status it gets.',
  })
  status: SettableCertificateStatus;
}

/** What `registerCertificate` takes. */
@InputType({ description: 'The certificate to register, signed by a registered CA that is active.' })
export class RegisterCertificateInput extends RegisterCertificateWithoutCaInput {
  @Field(() => String, {
    nullable: true,
    description: 'The certificate of the CA that signed it, PEM; needed when several CAs share its subject.',
  })
  caCertificatePem?: string | null;
}

/** What `updateCertificate` takes. */
@InputType({ description: 'The new status of a certificate.' })
export class UpdateCertificateInput {
  @Field(() => ID, { description: 'The id of the certificate.' })
  certificateId: string;

  @Field(() => SettableCertificateStatus, { description: 'The status it gets.' })
  newStatus: SettableCertificateStatus;
}

/** What `deleteCertificate` takes. */
@InputType({ description: 'The certificate to delete.' })
export class DeleteCertificateInput {
  @Field(() => ID, { description: 'The id of the certificate, which must not be active.' })
  certificateId: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether its policies are detached first. Things are not: detach them yourself.',
  })
  forceDelete: boolean;
}
