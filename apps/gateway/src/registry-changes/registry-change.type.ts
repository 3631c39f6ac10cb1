import { ArgsType, Field, ObjectType, registerEnumType } from '@nestjs/graphql';
import {
  type RegistryChange as LoggedChange,
  registryChangeOperation,
  type RegistryChangeFilter,
  type RegistryChangeOperation as ChangeOperation,
} from '#thingcore/contracts';
import type { JsonObject } from '#thingcore/errors';
import { RegistryEventKind } from '../event-configurations/event-configuration.type.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { JsonScalar } from '../scalars/json.scalar.js';

/** What happened to something in the registry. */
export const RegistryChangeOperation = registryChangeOperation.enum;

registerEnumType(RegistryChangeOperation, {
  name: 'RegistryChangeOperation',
  description: 'What happened to something in the registry.',
  valuesMap: {
    CREATED: { description: 'It was created or registered.' },
    UPDATED: { description: 'It was changed, or what it is attached to.' },
    DELETED: { description: 'It was deleted.' },
    ADDED: {
      description: 'Two were put together: a thing and a group, a thing and a type, a group and the one above.',
    },
    REMOVED: { description: 'Two were taken apart.' },
  },
});

/** A change of the registry as a subscriber sees it. */
@ObjectType({ description: 'A change of the registry, whoever made it.' })
export class RegistryChange {
  @Field(() => String, { description: 'Where it stands in the log: `after` of a subscription goes on from there.' })
  cursor: string;

  @Field(() => RegistryEventKind, { description: 'What it is about.' })
  kind: RegistryEventKind;

  @Field(() => RegistryChangeOperation, { description: 'What happened to it.' })
  operation: ChangeOperation;

  @Field(() => DateTimeScalar, { description: 'When.' })
  changedAt: number;

  @Field(() => String, { nullable: true, description: 'The name of the thing, if it is about one.' })
  thingName: string | null;

  @Field(() => String, { nullable: true, description: 'The name of the thing type, if it is about one.' })
  thingTypeName: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the thing group, if it is about one; of a hierarchy the one above.',
  })
  thingGroupName: string | null;

  @Field(() => String, { nullable: true, description: 'Of a hierarchy, the name of the thing group below.' })
  childThingGroupName: string | null;

  @Field(() => String, { nullable: true, description: 'The name of the policy, if it is about one.' })
  policyName: string | null;

  @Field(() => String, { nullable: true, description: 'The id of the certificate, if it is about one.' })
  certificateId: string | null;

  @Field(() => String, { nullable: true, description: 'The id of the CA certificate, if it is about one.' })
  caCertificateId: string | null;

  @Field(() => JsonScalar, {
    nullable: true,
    description:
      'The registry event as AWS IoT publishes it, with what the resource is after it; null where AWS has none: for policies and certificates, and for what is attached.',
  })
  document: JsonObject | null;
}

/** The arguments of `registryChanged`. */
@ArgsType()
export class RegistryChangedArgs {
  @Field(() => [RegistryEventKind], { nullable: true, description: 'Only changes of these kinds.' })
  kinds?: RegistryEventKind[] | null;

  @Field(() => String, { nullable: true, description: 'Only changes of this thing and of what it belongs to.' })
  thing?: string | null;

  @Field(() => String, { nullable: true, description: 'Only changes of this thing group and of what belongs to it.' })
  thingGroup?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The cursor of the last change that was seen: begins with what came after it. An error when it is older than a day.',
  })
  after?: string | null;
}

/** How the fields of a filter are called in GraphQL. */
export const REGISTRY_CHANGE_FIELDS = { thingName: 'thing', thingGroupName: 'thingGroup' } as const;

/** Which changes are meant, for a request. */
export function toRegistryChangeFilter({ kinds, thing, thingGroup }: RegistryChangedArgs): RegistryChangeFilter {
  return { kinds: kinds ?? undefined, thingName: thing ?? undefined, thingGroupName: thingGroup ?? undefined };
}

/** A change of the log. */
export function toRegistryChange({ subject, document, ...change }: LoggedChange): RegistryChange {
  return {
    ...change,
    thingName: subject.thingName ?? null,
    thingTypeName: subject.thingTypeName ?? null,
    thingGroupName: subject.thingGroupName ?? null,
    childThingGroupName: subject.childThingGroupName ?? null,
    policyName: subject.policyName ?? null,
    certificateId: subject.certificateId ?? null,
    caCertificateId: subject.caCertificateId ?? null,
    document: document ?? null,
  };
}
