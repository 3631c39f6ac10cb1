import { createThing, getThings, listThings, updateThing } from '../../dist/libs/contracts/src/index.js';
import { thingAt } from './fleet.mjs';

/** What is measured. Each call gets another thing of the fleet every round. */
export function calls(things) {
  const at = (round) => thingAt((round * 7919) % things, things);
  const list = (name, request) => ({ name, kind: 'read', contract: listThings, request });
  return [
    {
      name: 'describe',
      kind: 'read',
      contract: getThings,
      request: (round) => ({ thingNames: [at(round).thingName] }),
    },
    list('page', (round) => ({ after: at(round).thingName })),
    list('page of 250', (round) => ({ after: at(round).thingName, limit: 250 })),
    list('name prefix', (round) => ({ namePrefix: at(round).thingName.slice(0, 9) })),
    list('type', (round) => ({ thingTypeName: at(round).thingTypeName, after: at(round).thingName })),
    list('group', (round) => ({ thingGroupName: at(round).thingGroupName, after: at(round).thingName })),
    list('group and below', (round) => ({ thingGroupName: 'plant', recursive: true, after: at(round).thingName })),
    list('attribute of one thing', (round) => ({
      attributeName: 'serial',
      attributeValue: at(round).attributes.serial,
    })),
    list('attribute of 2 %', (round) => ({ attributeName: 'site', attributeValue: at(round).attributes.site })),
    list('attribute of two thirds', () => ({ attributeName: 'state', attributeValue: 'running' })),
    list('attribute that has a name', (round) => ({ attributeName: 'serial', after: at(round).thingName })),
    ...prefixes(list, at),
    ...combinations(list, at),
    {
      name: 'create',
      kind: 'write',
      contract: createThing,
      request: (round) => ({ thingName: `new-${round}`, attributes: { serial: `NEW-${round}` } }),
    },
    {
      name: 'update',
      kind: 'write',
      contract: updateThing,
      request: (round) => ({ thingName: at(round).thingName, attributes: { note: `${round}` }, merge: true }),
    },
  ];
}

function prefixes(list, at) {
  const prefix = (name, length) =>
    list(name, (round) => ({
      attributeName: 'serial',
      attributeValue: at(round).attributes.serial.slice(0, length),
      usePrefixAttributeValue: true,
    }));
  return [
    prefix('prefix of 10 things', 10),
    prefix('prefix of 1,000 things', 8),
    prefix('prefix of 10,000 things', 7),
    prefix('prefix of all things', 3),
  ];
}

function combinations(list, at) {
  return [
    list('attribute and type', (round) => ({
      attributeName: 'site',
      attributeValue: at(round).attributes.site,
      thingTypeName: at(round).thingTypeName,
    })),
    list('attribute and another type', (round) => ({
      attributeName: 'site',
      attributeValue: at(round).attributes.site,
      thingTypeName: at(round + 1).thingTypeName,
    })),
    list('common attribute and type', (round) => ({
      attributeName: 'state',
      attributeValue: 'running',
      thingTypeName: at(round).thingTypeName,
    })),
    list('common attribute and group', (round) => ({
      attributeName: 'state',
      attributeValue: 'running',
      thingGroupName: at(round).thingGroupName,
    })),
    list('prefix, type and name prefix', (round) => ({
      attributeName: 'serial',
      attributeValue: at(round).attributes.serial.slice(0, 6),
      usePrefixAttributeValue: true,
      thingTypeName: at(round).thingTypeName,
      namePrefix: at(round).thingName.slice(0, 7),
    })),
    list('prefix, group and type', (round) => ({
      attributeName: 'serial',
      attributeValue: at(round).attributes.serial.slice(0, 7),
      usePrefixAttributeValue: true,
      thingGroupName: 'plant',
      recursive: true,
      thingTypeName: at(round).thingTypeName,
    })),
  ];
}
