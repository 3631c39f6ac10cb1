import { Field, InputType, ObjectType } from '@nestjs/graphql';
import type { ApiKey as RegistryApiKey, createApiKey, ReplyOf } from '#thingcore/contracts';
import { type Connection, relayConnection } from '../connections/relay-connection.js';
import { AccessRole } from './access-role.type.js';
import type { Role } from './caller.js';
import { CreateKeyInput, Key, toKey } from './key.type.js';

/** An API key without its secret. */
@ObjectType({ description: 'A key that opens this API for an application.' })
export class ApiKey extends Key {
  @Field(() => String, { description: 'Its name; unique, and never used again.' })
  name: string;
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
export class CreateApiKeyInput extends CreateKeyInput {
  @Field(() => String, { description: 'Its name: 1 to 64 of a-z, A-Z, 0-9 and . _ @ -' })
  name: string;
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
export function toApiKey(key: RegistryApiKey): ApiKey {
  return { name: key.name, ...toKey(key) };
}

/** A new API key of the registry with its secret. */
export function toCreatedApiKey(reply: ReplyOf<typeof createApiKey>): CreatedApiKey {
  return { apiKey: toApiKey(reply), key: reply.key };
}
