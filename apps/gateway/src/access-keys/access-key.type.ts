import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import type { AccessKey as RegistryAccessKey, createAccessKey, ReplyOf } from '#thingcore/contracts';
import { CreateKeyInput, Key, toKey } from '../access/key.type.js';
import { type Connection, relayConnection } from '../connections/relay-connection.js';

/** An access key without its secret. */
@ObjectType({
  description: 'A key that signs requests of the HTTP API, as AWS SDKs and command lines do, and URLs of WebSockets.',
})
export class AccessKey extends Key {
  @Field(() => ID, { description: 'Its public half, which stands in every signature.' })
  accessKeyId: string;

  @Field(() => String, { description: 'What it is for; several keys may have the same name.' })
  name: string;
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
export class CreateAccessKeyInput extends CreateKeyInput {
  @Field(() => String, { description: 'What it is for: 1 to 64 of a-z, A-Z, 0-9 and . _ @ -' })
  name: string;
}

/** An access key of the registry. */
export function toAccessKey(key: RegistryAccessKey): AccessKey {
  return { accessKeyId: key.accessKeyId, name: key.name, ...toKey(key) };
}

/** A new access key of the registry with its secret. */
export function toCreatedAccessKey(reply: ReplyOf<typeof createAccessKey>): CreatedAccessKey {
  return { accessKey: toAccessKey(reply), secretAccessKey: reply.secretAccessKey };
}
