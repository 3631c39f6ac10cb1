import type {
  CreateThingTypeRequest,
  CreateThingTypeResponse,
  DeleteThingTypeRequest,
  DeprecateThingTypeRequest,
  DescribeThingTypeRequest,
  DescribeThingTypeResponse,
  ListThingTypesRequest,
  ListThingTypesResponse,
  ThingTypeDefinition,
  ThingTypeProperties,
  UpdateThingTypeRequest,
} from '@aws-sdk/client-iot';
import {
  createThingType,
  deleteThingType,
  deprecateThingType,
  getThingTypes,
  listThingTypes,
  type ThingType,
  updateThingType,
} from '#thingcore/contracts';
import { inTermsOf } from '../../errors/field-names.js';
import { handler, type OperationHandlers } from '../operation-handler.js';
import { pageOf, TOKEN_PAGE_FIELDS } from '../pages.js';
import { fromTags, onlyOne, refuse } from './members.js';

const FIELDS = {
  description: 'thingTypeProperties.thingTypeDescription',
  searchableAttributes: 'thingTypeProperties.searchableAttributes',
} as const;

const LIST_FIELDS = { namePrefix: 'thingTypeName', ...TOKEN_PAGE_FIELDS } as const;

/** AWS: Control plane, thing types. */
export const thingTypeHandlers: OperationHandlers = {
  CreateThingType: handler<CreateThingTypeRequest, CreateThingTypeResponse>('operator', async ({ rpc }, input) => {
    const { thingTypeName, thingTypeProperties, tags } = input;
    checkProperties(thingTypeProperties);
    const created = rpc.call(createThingType, {
      thingTypeName,
      description: thingTypeProperties?.thingTypeDescription,
      searchableAttributes: thingTypeProperties?.searchableAttributes,
      tags: fromTags(tags),
    });
    const type = await inTermsOf(FIELDS, created);
    return { thingTypeName, thingTypeArn: type.thingTypeArn, thingTypeId: type.thingTypeId };
  }),

  DescribeThingType: handler<DescribeThingTypeRequest, DescribeThingTypeResponse>(
    'viewer',
    async ({ rpc }, { thingTypeName }) => {
      const found = rpc.call(getThingTypes, { thingTypeNames: [thingTypeName] });
      const { thingTypes } = await inTermsOf({ 'thingTypeNames.0': 'thingTypeName' }, found);
      const type = onlyOne(thingTypes, 'Thing type', thingTypeName);
      return { ...toDefinition(type), thingTypeId: type.thingTypeId };
    },
  ),

  ListThingTypes: handler<ListThingTypesRequest, ListThingTypesResponse>('viewer', async ({ rpc }, input) => {
    const asked = rpc.call(listThingTypes, { namePrefix: input.thingTypeName, ...pageOf(input) });
    const { thingTypes, nextToken } = await inTermsOf(LIST_FIELDS, asked);
    return { thingTypes: thingTypes.map(toDefinition), nextToken };
  }),

  UpdateThingType: handler<UpdateThingTypeRequest>('operator', async ({ rpc }, input) => {
    const { thingTypeName, thingTypeProperties } = input;
    checkProperties(thingTypeProperties);
    const updated = rpc.call(updateThingType, {
      thingTypeName,
      description: thingTypeProperties?.thingTypeDescription,
      searchableAttributes: thingTypeProperties?.searchableAttributes,
    });
    await inTermsOf(FIELDS, updated);
  }),

  DeprecateThingType: handler<DeprecateThingTypeRequest>(
    'operator',
    async ({ rpc }, { thingTypeName, undoDeprecate }) => {
      await rpc.call(deprecateThingType, { thingTypeName, undoDeprecate });
    },
  ),

  DeleteThingType: handler<DeleteThingTypeRequest>('operator', async ({ rpc }, { thingTypeName }) => {
    await rpc.call(deleteThingType, { thingTypeName });
  }),
};

function toDefinition(type: ThingType): ThingTypeDefinition {
  const { thingTypeName, thingTypeArn, description, searchableAttributes, deprecated, deprecatedAt, createdAt } = type;
  return {
    thingTypeName,
    thingTypeArn,
    thingTypeProperties: { thingTypeDescription: description, searchableAttributes },
    thingTypeMetadata: {
      deprecated,
      deprecationDate: deprecatedAt === undefined ? undefined : new Date(deprecatedAt),
      creationDate: new Date(createdAt),
    },
  };
}

/** The broker adds no attributes of things to messages: what would be ignored is refused. */
function checkProperties(properties: ThingTypeProperties | undefined): void {
  refuse(properties?.mqtt5Configuration, 'thingTypeProperties.mqtt5Configuration');
}
