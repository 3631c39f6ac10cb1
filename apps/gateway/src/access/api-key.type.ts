import { Field, InputType, ObjectType } from '@nestjs/graphql';
import type { ApiKey as RegistryApiKey, createApiKey, ReplyOf } from '#thingcore/contracts';
import { type Connection, relayConnection } from '../connections/relay-connection.js';
import { IdempotentInput } from '../mutations/idempotent.input.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { AccessRole } from './access-role.type.js';
import type { Role } from './caller.js';

/** An API key without its secret. */
@ObjectType({ description: 'A key that opens this API for an application.' })
export class ApiKey {
  @Field(() => String, { description: 'Its name; unique, and never used again.' })
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

/** A page of API keys. */
export const ApiKeyConnection = relayConnection(ApiKey, { one: 'API key', many: 'API keys' });

/** A page of API keys. */
export type ApiKeyConnection = Connection<ApiKey>;

/** An API key with its secret. */
@ObjectType({ description: 'A new API key.' })
export class CreatedApiKey {
  @Field(() => ApiKey, { description: 'What may be known of it.' })
  apiKey: ApiKey;

  @Field(() => String, { description: 'The key itself. It is in this answer and nowhere else: keep it now.' })
  key: string;
}

/** What `createApiKey` takes. */
@InputType({ description: 'The API key to create.' })
export class CreateApiKeyInput extends IdempotentInput {
  @Field(() => String, { description: 'Its name: 1 to 64 of a-z, A-Z, 0-9 and . _ @ -' })
  name: string;

  @Field(() => AccessRole, { description: 'What its holder may do.' })
  role: Role;

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it expires; never when this is left out.' })
  expiresAt?: number | null;
}

/** Who calls. */
@ObjectType('Caller', { description: 'Whoever sends a request: the holder of an API key, or of a token.' })
export class CallerView {
  @Field(() => String, { description: 'The name of the API key, or of whom the token is about.' })
  name: string;

  @Field(() => AccessRole, { description: 'What the caller may do.' })
  role: Role;
}

/** An API key of the registry. */
export function toApiKey({ name, role, createdAt, expiresAt, revokedAt }: RegistryApiKey): ApiKey {
  return { name, role, createdAt, expiresAt: expiresAt ?? null, revokedAt: revokedAt ?? null };
}

/** A new API key of the registry with its secret. */
export function toCreatedApiKey(reply: ReplyOf<typeof createApiKey>): CreatedApiKey {
  return { apiKey: toApiKey(reply), key: reply.key };
}
