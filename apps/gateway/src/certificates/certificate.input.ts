import { Field, ID, InputType, registerEnumType } from '@nestjs/graphql';
import { CertificateStatus } from './certificate.type.js';

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

/** What `createKeysAndCertificate` takes. */
@InputType({ description: 'The certificate to make.' })
export class CreateKeysAndCertificateInput {
  @Field(() => Boolean, { defaultValue: false, description: 'Whether devices may connect with it at once.' })
  setAsActive: boolean;

  @Field(() => KeyType, { defaultValue: KeyType.RSA_2048, description: 'The kind of its key pair.' })
  keyType: KeyType;
}

/** What `updateCertificate` takes. */
@InputType({ description: 'The new status of a certificate.' })
export class UpdateCertificateInput {
  @Field(() => ID, { description: 'The id of the certificate.' })
  certificateId: string;

  @Field(() => CertificateStatus, { description: 'The status it gets.' })
  newStatus: CertificateStatus;
}
