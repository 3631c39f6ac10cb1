import {
  createThingType,
  deleteThingType,
  deprecateThingType,
  getThingTypes,
  listThings,
  listThingTypes,
  updateThingType,
} from '#thingcore/contracts';
import { toCursor } from '../connections/cursor.js';
import { describeOperations } from '../operations.fixture.js';
import { aThing, aThingType, CREATED_AT, CREATED_AT_TEXT } from '../registry.fixture.js';

const LIGHT = aThingType('light', { description: 'shines' });
const DEPRECATED = aThingType('light', { deprecated: true, deprecatedAt: CREATED_AT });

describeOperations(
  'the operations of thing types',
  [
    {
      name: 'createThingType with everything',
      operation: `mutation { createThingType(input: {
        name: "light", description: "shines", searchableAttributes: ["site"], tags: { cost: "42" }
      }) { thingType { name description searchableAttributes } } }`,
      command: createThingType,
      request: {
        thingTypeName: 'light',
        description: 'shines',
        searchableAttributes: ['site'],
        tags: { cost: '42' },
      },
      reply: LIGHT,
      data: {
        createThingType: { thingType: { name: 'light', description: 'shines', searchableAttributes: ['site'] } },
      },
    },
    {
      name: 'createThingType with nulls, which count as left out',
      operation: `mutation { createThingType(input: {
        name: "light", description: null, searchableAttributes: null, tags: null
      }) { thingType { name } } }`,
      command: createThingType,
      request: { thingTypeName: 'light' },
      reply: LIGHT,
      data: { createThingType: { thingType: { name: 'light' } } },
    },
    {
      name: 'updateThingType',
      operation:
        'mutation { updateThingType(input: { name: "light", description: "", searchableAttributes: [] }) { thingType { id } } }',
      command: updateThingType,
      request: { thingTypeName: 'light', description: '', searchableAttributes: [] },
      reply: LIGHT,
      data: { updateThingType: { thingType: { id: 'id of light' } } },
    },
    {
      name: 'deprecateThingType',
      operation: 'mutation { deprecateThingType(input: { name: "light" }) { thingType { deprecated deprecatedAt } } }',
      command: deprecateThingType,
      request: { thingTypeName: 'light', undoDeprecate: false },
      reply: DEPRECATED,
      data: { deprecateThingType: { thingType: { deprecated: true, deprecatedAt: CREATED_AT_TEXT } } },
    },
    {
      name: 'deprecateThingType, taken back',
      operation:
        'mutation { deprecateThingType(input: { name: "light", undo: true }) { thingType { deprecated deprecatedAt } } }',
      command: deprecateThingType,
      request: { thingTypeName: 'light', undoDeprecate: true },
      reply: LIGHT,
      data: { deprecateThingType: { thingType: { deprecated: false, deprecatedAt: null } } },
    },
    {
      name: 'deleteThingType',
      operation: 'mutation { deleteThingType(name: "light") { name } }',
      command: deleteThingType,
      request: { thingTypeName: 'light' },
      reply: {},
      data: { deleteThingType: { name: 'light' } },
    },
    {
      name: 'thingType',
      operation: '{ thingType(name: "light") { arn } }',
      command: getThingTypes,
      request: { thingTypeNames: ['light'] },
      reply: { thingTypes: [LIGHT] },
      data: { thingType: { arn: LIGHT.thingTypeArn } },
    },
    {
      name: 'thingType of a name that none has',
      operation: '{ thingType(name: "heavy") { arn } }',
      command: getThingTypes,
      request: { thingTypeNames: ['heavy'] },
      reply: { thingTypes: [] },
      data: { thingType: null },
    },
    {
      name: 'thingTypes',
      operation: `{ thingTypes(first: 1, after: "${toCursor('heavy')}", filter: { namePrefix: "l" }) {
        edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      } }`,
      command: listThingTypes,
      request: { namePrefix: 'l', limit: 1, after: 'heavy', isAscending: true, orderBy: 'name' },
      reply: { thingTypes: [LIGHT], nextToken: 'light' },
      data: {
        thingTypes: {
          edges: [{ cursor: toCursor('light'), node: { name: 'light' } }],
          pageInfo: {
            hasNextPage: true,
            hasPreviousPage: true,
            startCursor: toCursor('light'),
            endCursor: toCursor('light'),
          },
        },
      },
    },
    {
      name: 'the things of a type',
      operation: '{ thingType(name: "light") { things(first: 2) { edges { node { name } } } } }',
      command: listThings,
      request: { thingTypeName: 'light', limit: 2, isAscending: true },
      reply: { things: [aThing('lamp')] },
      data: { thingType: { things: { edges: [{ node: { name: 'lamp' } }] } } },
    },
  ],
  ({ services }) => services.answer(getThingTypes, () => ({ thingTypes: [LIGHT] })),
);
