import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import type { AccessKey as RegistryAccessKey, createAccessKey, ReplyOf } from '#thingcore/contracts';
import { AccessRole } from '../access/access-role.type.js';
import type { Role } from '../access/caller.js';
import { type Connection, relayConnection } from '../connections/relay-connection.js';
import { IdempotentInput } from '../mutations/idempotent.input.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';

/** An access key without its secret. */
@ObjectType({
  description: 'A key that signs requests of the HTTP API, as AWS SDKs and command lines do, and URLs of WebSockets.',
})
export class AccessKey {
  @Field(() => ID, { description: 'Its public half, which stands in every signature.' })
  accessKeyId: string;

  @Field(() => String, { description: 'What it is for; several keys may have the same name.' })
  name: string;

  @Field(() => AccessRole, { description: 'What its holder may do.' })
  role: Role;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt: number;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it expires; null when it never does.' })
  expiresAt: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it was revoked; null while it is not.' })
  revokedAt: number | null;
}

/** A page of access keys. */
export const AccessKeyConnection = relayConnection(AccessKey, { one: 'access key', many: 'access keys' });

/** A page of access keys. */
export type AccessKeyConnection = Connection<AccessKey>;

/** An access key with its secret. */
@ObjectType({ description: 'A new access key.' })
export class CreatedAccessKey {
  @Field(() => AccessKey, { description: 'What may be known of it.' })
  accessKey: AccessKey;

  @Field(() => String, {
    description: 'The secret that it signs with. It is in this answer and nowhere else: keep it now.',
  })
  secretAccessKey: string;
}

/** What `createAccessKey` takes. */
@InputType({ description: 'The access key to create.' })
export class CreateAccessKeyInput extends IdempotentInput {
  @Field(() => String, { description: 'What it is for: 1 to 64 of a-z, A-Z, 0-9 and . _ @ -' })
  name: string;

  @Field(() => AccessRole, { description: 'What its holder may do.' })
  role: Role;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it expires; never when this is left out.' })
  expiresAt?: number | null;
}

/** An access key of the registry. */
export function toAccessKey({ expiresAt, revokedAt, ...key }: RegistryAccessKey): AccessKey {
  const { accessKeyId, name, role, createdAt } = key;
  return { accessKeyId, name, role, createdAt, expiresAt: expiresAt ?? null, revokedAt: revokedAt ?? null };
}

/** A new access key of the registry with its secret. */
export function toCreatedAccessKey(reply: ReplyOf<typeof createAccessKey>): CreatedAccessKey {
  return { accessKey: toAccessKey(reply), secretAccessKey: reply.secretAccessKey };
}
