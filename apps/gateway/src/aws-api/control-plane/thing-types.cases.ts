import {
  CreateThingTypeCommand,
  DeleteThingTypeCommand,
  DeprecateThingTypeCommand,
  DescribeThingTypeCommand,
  ListThingTypesCommand,
  UpdateThingTypeCommand,
} from '@aws-sdk/client-iot';
import {
  createThingType,
  deleteThingType,
  deprecateThingType,
  getThingTypes,
  listThingTypes,
  updateThingType,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { aThingType, CREATED_AT } from '../../registry.fixture.js';
import { toToken } from '../page-tokens.js';
import { call, describeArea } from './area.fixture.js';

const LIGHT = aThingType('light', { description: 'shines' });
const { thingTypeArn, thingTypeId } = LIGHT;
const PROPERTIES = { thingTypeDescription: 'shines', searchableAttributes: ['site'] };
const ROW = {
  thingTypeName: 'light',
  thingTypeArn,
  thingTypeProperties: PROPERTIES,
  thingTypeMetadata: { deprecated: false, creationDate: new Date(CREATED_AT) },
};
const invalid = { error: 'InvalidRequestException', status: 400 };

/** What AWS SDKs expect of thing types. */
export function describeThingTypes(): void {
  describeArea(
    'thing types',
    [
      {
        name: 'CreateThingType',
        send: (iot) =>
          iot.send(
            new CreateThingTypeCommand({
              thingTypeName: 'light',
              thingTypeProperties: PROPERTIES,
              tags: [{ Key: 'plant', Value: 'b7' }],
            }),
          ),
        calls: [
          call(
            createThingType,
            { thingTypeName: 'light', description: 'shines', searchableAttributes: ['site'], tags: { plant: 'b7' } },
            LIGHT,
          ),
        ],
        output: { thingTypeName: 'light', thingTypeArn, thingTypeId },
      },
      {
        name: 'DescribeThingType',
        send: (iot) => iot.send(new DescribeThingTypeCommand({ thingTypeName: 'light' })),
        calls: [call(getThingTypes, { thingTypeNames: ['light'] }, { thingTypes: [LIGHT] })],
        output: { ...ROW, thingTypeId },
      },
      {
        name: 'ListThingTypes by the beginning of the name',
        send: (iot) => iot.send(new ListThingTypesCommand({ thingTypeName: 'li', maxResults: 1 })),
        calls: [
          call(
            listThingTypes,
            { namePrefix: 'li', limit: 1 },
            {
              thingTypes: [{ ...LIGHT, deprecated: true, deprecatedAt: CREATED_AT + 5 }],
              nextToken: 'light',
            },
          ),
        ],
        output: {
          thingTypes: [
            {
              ...ROW,
              thingTypeMetadata: {
                deprecated: true,
                deprecationDate: new Date(CREATED_AT + 5),
                creationDate: new Date(CREATED_AT),
              },
            },
          ],
          nextToken: toToken('ListThingTypes', 'light'),
        },
      },
      {
        name: 'the next page of ListThingTypes',
        send: (iot) => iot.send(new ListThingTypesCommand({ nextToken: toToken('ListThingTypes', 'light') })),
        calls: [call(listThingTypes, { after: 'light', limit: 25 }, { thingTypes: [] })],
        output: { thingTypes: [] },
      },
      {
        name: 'UpdateThingType',
        send: (iot) =>
          iot.send(
            new UpdateThingTypeCommand({ thingTypeName: 'light', thingTypeProperties: { searchableAttributes: [] } }),
          ),
        calls: [call(updateThingType, { thingTypeName: 'light', searchableAttributes: [] }, LIGHT)],
        output: {},
      },
      {
        name: 'DeprecateThingType and back',
        send: (iot) => iot.send(new DeprecateThingTypeCommand({ thingTypeName: 'light', undoDeprecate: true })),
        calls: [call(deprecateThingType, { thingTypeName: 'light', undoDeprecate: true }, LIGHT)],
        output: {},
      },
      {
        name: 'DeleteThingType',
        send: (iot) => iot.send(new DeleteThingTypeCommand({ thingTypeName: 'light' })),
        calls: [call(deleteThingType, { thingTypeName: 'light' }, {})],
        output: {},
      },
    ],
    [
      {
        name: 'attributes of things in messages',
        send: (iot) =>
          iot.send(
            new CreateThingTypeCommand({
              thingTypeName: 'light',
              thingTypeProperties: { mqtt5Configuration: { propagatingAttributes: [{ userPropertyKey: 'site' }] } },
            }),
          ),
        message: /'thingTypeProperties.mqtt5Configuration' is not supported/,
        ...invalid,
      },
      {
        name: 'more attributes to search by than there can be, by the name of the member',
        send: (iot) =>
          iot.send(
            new UpdateThingTypeCommand({
              thingTypeName: 'light',
              thingTypeProperties: { searchableAttributes: ['a', 'b', 'c', 'd'] },
            }),
          ),
        message: /"thingTypeProperties.searchableAttributes": must be at most 3/,
        ...invalid,
      },
      {
        name: 'a type that does not exist',
        send: (iot) => iot.send(new DescribeThingTypeCommand({ thingTypeName: 'other' })),
        services: [[getThingTypes, { thingTypes: [] }]],
        error: 'ResourceNotFoundException',
        status: 404,
      },
      {
        name: 'a beginning that is none',
        send: (iot) => iot.send(new ListThingTypesCommand({ thingTypeName: 'a b' })),
        message: /"thingTypeName": must be/,
        ...invalid,
      },
      {
        name: 'to delete too early',
        send: (iot) => iot.send(new DeleteThingTypeCommand({ thingTypeName: 'light' })),
        services: [[deleteThingType, new IotError('InvalidRequest', 'wait 300 s')]],
        message: 'wait 300 s',
        ...invalid,
      },
      {
        name: 'another type of the same name',
        send: (iot) => iot.send(new CreateThingTypeCommand({ thingTypeName: 'light' })),
        services: [
          [
            createThingType,
            new IotError('ResourceAlreadyExists', 'it is there', {
              details: { resourceId: thingTypeId, resourceArn: thingTypeArn },
            }),
          ],
        ],
        error: 'ResourceAlreadyExistsException',
        status: 409,
      },
    ],
  );
}
