import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import type { createProvisioningClaim, registerThing, ReplyOf } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import { IdempotentInput } from '../mutations/idempotent.input.js';

/** A claim for one device. */
@ObjectType({ description: 'A certificate that connects for five minutes and may only provision with one template.' })
export class ProvisioningClaim {
  @Field(() => ID, { description: 'The id of its certificate, which is in no list of certificates.' })
  certificateId: string;

  @Field(() => String, { description: 'Its certificate, PEM.' })
  certificatePem: string;

  @Field(() => String, { description: 'Its public key, PEM.' })
  publicKeyPem: string;

  @Field(() => String, { description: 'Its private key, PEM: here and nowhere else.' })
  privateKeyPem: string;

  @Field(() => String, { description: 'The authorities that the device trusts, PEM.' })
  authorityPem: string;

  @Field(() => DateTimeScalar, { description: 'When it ends.' })
  expiresAt: number;
}

/** What `registerThing` takes. */
@InputType({ description: 'The thing to register with what belongs to it.' })
export class RegisterThingInput extends IdempotentInput {
  @Field(() => JsonScalar, { description: 'The provisioning template, as an object or as the text of one.' })
  templateBody: JsonValue;

  @Field(() => JsonScalar, { nullable: true, description: 'The values of its parameters: an object of texts.' })
  parameters?: JsonValue;
}

/** What `registerThing` answers. */
@ObjectType({ description: 'What was registered.' })
export class RegisteredThing {
  @Field(() => String, { description: 'The name of the thing.' })
  thingName: string;

  @Field(() => ID, { description: 'The id of its certificate.' })
  certificateId: string;

  @Field(() => String, {
    nullable: true,
    description: 'Its certificate, PEM; null when it was registered before.',
  })
  certificatePem: string | null;

  @Field(() => JsonScalar, { description: 'The ARNs of all that there is now, by the logical names of the template.' })
  resourceArns: Record<string, string>;
}

/** A claim of the registry. */
export function toProvisioningClaim(claim: ReplyOf<typeof createProvisioningClaim>): ProvisioningClaim {
  return claim;
}

/** What the registry has registered. */
export function toRegisteredThing({
  thingName,
  certificateId,
  certificatePem,
  resourceArns,
}: ReplyOf<typeof registerThing>): RegisteredThing {
  return { thingName, certificateId, certificatePem: certificatePem ?? null, resourceArns };
}
