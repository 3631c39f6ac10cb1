import { z } from 'zod';
import { command, event } from '../contract.js';

/** AWS: UpdateEventConfigurations, the kinds of registry events; every kind is off until it is enabled. */
export const registryEventKind = z.enum([
  'THING',
  'THING_GROUP',
  'THING_TYPE',
  'THING_GROUP_MEMBERSHIP',
  'THING_GROUP_HIERARCHY',
  'THING_TYPE_ASSOCIATION',
  'POLICY',
  'CERTIFICATE',
  'CA_CERTIFICATE',
]);

/** A kind of registry events. */
export type RegistryEventKind = z.output<typeof registryEventKind>;

const eventConfigurations = z.partialRecord(registryEventKind, z.boolean());

/** Which kinds of registry events are published, and when somebody said so first and last: not at all unless they did. */
export const getEventConfigurations = command('registry', 'eventConfigurations.get.v1', {
  request: z.strictObject({}),
  reply: z.object({
    eventConfigurations: z.record(registryEventKind, z.boolean()),
    /** Milliseconds since the epoch, like all times here. */
    createdAt: z.int().optional(),
    lastModifiedAt: z.int().optional(),
  }),
});

/** Enables and disables kinds of registry events; those not given stay as they are. */
export const updateEventConfigurations = command('registry', 'eventConfigurations.update.v1', {
  request: z.strictObject({ eventConfigurations }),
  reply: z.object({ eventConfigurations: z.record(registryEventKind, z.boolean()) }),
});

/** Something happened in the registry that devices and rules may hear of: the document to publish on a reserved topic. */
export const registryEventOccurred = event(
  'registry',
  'registryEvent.occurred.v1',
  'group',
  z.object({ topic: z.string(), document: z.record(z.string(), z.json()) }),
);
