import { Field, InputType, ObjectType, registerEnumType } from '@nestjs/graphql';
import { registryEventKind, type RegistryEventKind as EventKind } from '#thingcore/contracts';

/** The kinds of registry events. */
export const RegistryEventKind = registryEventKind.enum;

/** A kind of registry events. */
export type RegistryEventKind = EventKind;

registerEnumType(RegistryEventKind, {
  name: 'RegistryEventKind',
  description: 'A kind of events of the registry; all are published below `$aws/events/`.',
  valuesMap: {
    THING: { description: 'A thing was created, updated or deleted.' },
    THING_GROUP: { description: 'A thing group was created, updated or deleted.' },
    THING_TYPE: { description: 'A thing type was created, updated, deprecated or deleted.' },
    THING_GROUP_MEMBERSHIP: { description: 'A thing was added to a thing group or removed from it.' },
    THING_GROUP_HIERARCHY: { description: 'A thing group was put below another one or removed from there.' },
    THING_TYPE_ASSOCIATION: { description: 'A thing got a thing type or lost it.' },
    POLICY: { description: 'Known because AWS knows it; nothing of this kind is published.' },
    CERTIFICATE: { description: 'Known because AWS knows it; nothing of this kind is published.' },
    CA_CERTIFICATE: {
      description:
        'Known because AWS knows it; that a device has shown a certificate of a registered CA for the first time is published in any case.',
    },
  },
});

/** Whether a kind of registry events is published. */
@ObjectType({ description: 'Whether events of a kind are published.' })
export class EventConfiguration {
  @Field(() => RegistryEventKind, { description: 'The kind.' })
  kind: RegistryEventKind;

  @Field(() => Boolean, { description: 'Whether they are published; none is until it is enabled.' })
  enabled: boolean;
}

/** Enables or disables a kind of registry events. */
@InputType({ description: 'Whether events of a kind shall be published.' })
export class EventConfigurationInput {
  @Field(() => RegistryEventKind, { description: 'The kind.' })
  kind: RegistryEventKind;

  @Field(() => Boolean, { description: 'Whether they shall be published.' })
  enabled: boolean;
}

/** What `updateEventConfigurations` takes. */
@InputType({ description: 'The kinds of events to enable and to disable; the others stay as they are.' })
export class UpdateEventConfigurationsInput {
  @Field(() => [EventConfigurationInput], { description: 'The kinds, each once.' })
  eventConfigurations: EventConfigurationInput[];
}

/** The configurations of the registry, in the order of {@link RegistryEventKind}. */
export function toEventConfigurations(enabled: Readonly<Record<EventKind, boolean>>): EventConfiguration[] {
  return registryEventKind.options.map((kind) => ({ kind, enabled: enabled[kind] }));
}
