import { Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { PlatformAuthority } from '#thingcore/contracts';
import { type Connection, relayConnection } from '../connections/relay-connection.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';

/** The states of an authority of the platform. */
export const AuthorityState = { SIGNING: 'SIGNING', TRUSTED: 'TRUSTED', RETIRED: 'RETIRED' } as const;

/** The state of an authority of the platform. */
export type AuthorityState = keyof typeof AuthorityState;

registerEnumType(AuthorityState, {
  name: 'AuthorityState',
  description: 'What an authority of the platform is used for.',
  valuesMap: {
    SIGNING: { description: 'Signs the certificates of devices and servers.' },
    TRUSTED: { description: 'Has signed before; what it signed still verifies, and devices that trust it go on.' },
    RETIRED: { description: 'Is no longer handed out to devices.' },
  },
});

/** An authority of the platform. */
@ObjectType({ description: 'A certification authority of the platform itself.' })
export class Authority {
  @Field(() => ID, { description: 'Its id: SHA-256 over the DER form of its certificate, 64 hexadecimal digits.' })
  id: string;

  @Field(() => String, { description: 'Its certificate, PEM.' })
  pem: string;

  @Field(() => AuthorityState, { description: 'What it is used for.' })
  state: AuthorityState;

  @Field(() => DateTimeScalar, { description: 'When its certificate expires.' })
  notAfter: number;

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  createdAt: number;
}

/** A page of authorities. */
export const AuthorityConnection = relayConnection(Authority, {
  one: 'authority',
  many: 'authorities',
  order: 'the newest first',
});

/** A page of authorities. */
export type AuthorityConnection = Connection<Authority>;

/** An authority of the registry. */
export function toAuthority({ authorityId, certificatePem, state, notAfter, createdAt }: PlatformAuthority): Authority {
  return { id: authorityId, pem: certificatePem, state, notAfter, createdAt };
}
