import { Field, InputType, ObjectType } from '@nestjs/graphql';
import { IdempotentInput } from '../mutations/idempotent.input.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { AccessRole } from './access-role.type.js';
import type { Role } from './caller.js';

/** What all keys of the API have, of whatever kind: what they let their holder do, and from when to when. */
@ObjectType({ isAbstract: true })
export abstract class Key {
  @Field(() => AccessRole, { description: 'What its holder may do.' })
  role: Role;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt: number;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it expires; null when it never does.' })
  expiresAt: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was revoked; null while it is not.' })
  revokedAt: number | null;
}

/** What a key of any kind is created with. */
@InputType({ isAbstract: true })
export abstract class CreateKeyInput extends IdempotentInput {
  @Field(() => AccessRole, { description: 'What its holder may do.' })
  role: Role;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it expires; never when this is left out.' })
  expiresAt?: number | null;
}

/** What the registry says of a key of any kind. */
interface RegistryKey {
  readonly role: Role;
  readonly createdAt: number;
  readonly expiresAt?: number | undefined;
  readonly revokedAt?: number | undefined;
}

/** The fields that all keys have. */
export function toKey({ role, createdAt, expiresAt, revokedAt }: RegistryKey): Key {
  return { role, createdAt, expiresAt: expiresAt ?? null, revokedAt: revokedAt ?? null };
}
