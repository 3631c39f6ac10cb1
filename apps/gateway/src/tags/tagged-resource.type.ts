import { Field, InputType, ObjectType } from '@nestjs/graphql';
import type { JsonValue } from '#thingcore/errors';
import { JsonScalar } from '../scalars/json.scalar.js';

const RESOURCE_ARN =
  'The ARN of a thing type, thing group, billing group, policy, CA certificate, provisioning template or rule.';

/** What `tagResource` and `untagResource` answer. Its tags are a field of its resolver. */
@ObjectType({ description: 'A resource that carries tags.' })
export class TaggedResource {
  @Field(() => String, { description: RESOURCE_ARN })
  resourceArn: string;
}

/** What `tagResource` takes. */
@InputType({ description: 'A resource and the tags to add.' })
export class TagResourceInput {
  @Field(() => String, { description: RESOURCE_ARN })
  resourceArn: string;

  @Field(() => JsonScalar, { description: 'The tags: an object of texts. A key that it has is overwritten.' })
  tags: JsonValue;
}

/** What `untagResource` takes. */
@InputType({ description: 'A resource and the tags to remove.' })
export class UntagResourceInput {
  @Field(() => String, { description: RESOURCE_ARN })
  resourceArn: string;

  @Field(() => [String], { description: 'The keys of the tags; one that it does not carry is no error.' })
  tagKeys: string[];
}
