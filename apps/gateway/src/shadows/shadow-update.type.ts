import { Field, ObjectType } from '@nestjs/graphql';
import type { ChangedShadow } from '#thingcore/contracts';
import { type AcceptedDocument, acceptedDocument, getDocument, unfoldUpdates } from '#thingcore/shadow-document';
import { JsonScalar } from '../scalars/json.scalar.js';
import { Shadow, toShadow } from './shadow.type.js';

/** An update of a shadow as a subscriber sees it. */
@ObjectType({ description: 'An update of a shadow, whoever made it.' })
export class ShadowUpdate {
  @Field(() => String, { description: 'The name of the thing.' })
  thingName: string;

  @Field(() => String, { nullable: true, description: 'The name of the named shadow; null for the classic shadow.' })
  shadowName: string | null;

  @Field(() => JsonScalar, {
    description: 'What the devices are told on `update/accepted`: the part of the state that was in the update.',
  })
  accepted: AcceptedDocument;

  @Field(() => Shadow, { description: 'The whole shadow after the update.' })
  shadow: Shadow;
}

/** What the shadow service says of the updates of a shadow, in their order. */
export function toShadowUpdates({ thingName, shadowName, previous, steps }: ChangedShadow): ShadowUpdate[] {
  return unfoldUpdates({ previous, steps }).map(({ requested: state, current, version, timestamp, clientToken }) => ({
    thingName,
    shadowName: shadowName ?? null,
    accepted: acceptedDocument(clientToken === undefined ? { state } : { state, clientToken }, version, timestamp),
    shadow: toShadow(getDocument(current, timestamp), { thingName, shadowName, updatedAt: timestamp * 1000 }),
  }));
}
