import { Field, InputType, ObjectType } from '@nestjs/graphql';
import type { JsonValue } from '#thingcore/errors';
import { JsonScalar } from '../scalars/json.scalar.js';

/** What `createThing` takes. */
@InputType({ description: 'The thing to create.' })
export class CreateThingInput {
  @Field(() => String, { description: 'Its name: 1 to 128 of a-z, A-Z, 0-9, colon, underscore and hyphen.' })
  name: string;

  @Field(() => JsonScalar, { nullable: true, description: 'Its attributes: an object of texts.' })
  attributes?: JsonValue;
}

/** What `attachThingPrincipal` and `detachThingPrincipal` take. */
@InputType({ description: 'A thing and the certificate that its device connects with.' })
export class ThingPrincipalInput {
  @Field(() => String, { description: 'The name of the thing.' })
  thingName: string;

  @Field(() => String, { description: 'The certificate: its ARN or its id.' })
  principal: string;
}

/** What `attachThingPrincipal` and `detachThingPrincipal` answer. */
@ObjectType({ description: 'A thing and a certificate that were attached to, or detached from, each other.' })
export class ThingPrincipal {
  @Field(() => String, { description: 'The name of the thing.' })
  thingName: string;

  @Field(() => String, { description: 'The certificate, as it was given.' })
  principal: string;
}
