import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { type Connection, relayConnection } from '../connections/relay-connection.js';

/** A principal of a thing. */
@ObjectType({ description: 'A certificate that is attached to a thing.' })
export class ThingPrincipal {
  @Field(() => ID, { description: 'The id of the certificate.' })
  certificateId: string;

  @Field(() => Boolean, {
    description:
      'Whether the thing has it to itself: then every connection with it is one of the thing, whatever its client id.',
  })
  exclusive: boolean;
}

/** A page of principals. */
export const ThingPrincipalConnection = relayConnection(ThingPrincipal, {
  one: 'principal',
  many: 'principals',
  order: 'in the order of their ids',
});

/** A page of principals. */
export type ThingPrincipalConnection = Connection<ThingPrincipal>;

/** What `attachThingPrincipal` takes. */
@InputType({ description: 'A thing and the certificate that its device shall connect with.' })
export class AttachThingPrincipalInput {
  @Field(() => String, { description: 'The name of the thing.' })
  thingName: string;

  @Field(() => String, { description: 'The certificate: its ARN or its id.' })
  principal: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Whether the thing has the certificate to itself: then every connection with it is one of the thing, and no other thing may have it.',
  })
  exclusive: boolean;
}

/** What `detachThingPrincipal` takes. */
@InputType({ description: 'A thing and a certificate that is attached to it.' })
export class DetachThingPrincipalInput {
  @Field(() => String, { description: 'The name of the thing.' })
  thingName: string;

  @Field(() => String, { description: 'The certificate: its ARN or its id.' })
  principal: string;
}

/** What `attachThingPrincipal` and `detachThingPrincipal` answer. The thing is a field of its own resolver. */
@ObjectType({ description: 'A thing and a certificate that were attached to, or detached from, each other.' })
export class ThingPrincipalAttachment {
  @Field(() => String, { description: 'The name of the thing.' })
  thingName: string;

  @Field(() => String, { description: 'The certificate, as it was given.' })
  principal: string;
}
