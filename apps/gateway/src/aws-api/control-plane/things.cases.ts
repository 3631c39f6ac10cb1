import {
  CreateThingCommand,
  DeleteThingCommand,
  DescribeThingCommand,
  GetThingConnectivityDataCommand,
  ListThingsCommand,
  RegisterThingCommand,
  UpdateThingCommand,
} from '@aws-sdk/client-iot';
import {
  type Connectivity,
  createThing,
  deleteThing,
  getConnectivityOfThings,
  getThings,
  listThings,
  registerThing,
  updateThing,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { aThing } from '../../registry.fixture.js';
import { toToken } from '../page-tokens.js';
import { call, describeArea } from './area.fixture.js';

const LAMP = aThing('lamp', { thingTypeName: 'light', billingGroupName: 'plant' });
const { thingArn, thingId } = LAMP;
const found = call(getThings, { thingNames: ['lamp'] }, { things: [LAMP] });
const CONNECTED: Connectivity = {
  clientId: 'lamp',
  connected: true,
  timestamp: 5_000,
  thingName: 'lamp',
  connectedSince: 5_000,
  sessionIdentifier: 's',
  principal: 'p',
  versionNumber: 1,
  cleanSession: false,
  keepAliveDuration: 30,
  sessionExpiry: 3_600,
  sourceIp: '10.0.0.1',
  sourcePort: 4_000,
};
const FACTS = {
  thingName: 'lamp',
  clientId: 'lamp',
  timestamp: new Date(5_000),
  cleanSession: false,
  keepAliveDuration: 30,
  sessionExpiry: 3_600,
};
const invalid = { error: 'InvalidRequestException', status: 400 };

/** What AWS SDKs expect of things. */
export function describeThings(): void {
  describeArea(
    'things',
    [
      {
        name: 'CreateThing with type, billing group and attributes',
        send: (iot) =>
          iot.send(
            new CreateThingCommand({
              thingName: 'lamp',
              thingTypeName: 'light',
              billingGroupName: 'plant',
              attributePayload: { attributes: { site: 'b7' } },
            }),
          ),
        calls: [
          call(
            createThing,
            { thingName: 'lamp', thingTypeName: 'light', billingGroupName: 'plant', attributes: { site: 'b7' } },
            LAMP,
          ),
        ],
        output: { thingName: 'lamp', thingArn, thingId },
      },
      {
        name: 'DescribeThing',
        send: (iot) => iot.send(new DescribeThingCommand({ thingName: 'lamp' })),
        calls: [found],
        output: {
          defaultClientId: 'lamp',
          thingName: 'lamp',
          thingArn,
          thingId,
          thingTypeName: 'light',
          billingGroupName: 'plant',
          attributes: { site: 'b7' },
          version: 3,
        },
      },
      {
        name: 'UpdateThing with attributes to merge and a version',
        send: (iot) =>
          iot.send(
            new UpdateThingCommand({
              thingName: 'lamp',
              attributePayload: { attributes: { site: '' }, merge: true },
              expectedVersion: 3,
              removeThingType: true,
            }),
          ),
        calls: [
          call(
            updateThing,
            { thingName: 'lamp', attributes: { site: '' }, merge: true, expectedVersion: 3, removeThingType: true },
            LAMP,
          ),
        ],
        output: {},
      },
      {
        name: 'UpdateThing that takes all attributes away',
        send: (iot) => iot.send(new UpdateThingCommand({ thingName: 'lamp', attributePayload: { attributes: {} } })),
        calls: [call(updateThing, { thingName: 'lamp', attributes: {} }, LAMP)],
        output: {},
      },
      {
        name: 'DeleteThing',
        send: (iot) => iot.send(new DeleteThingCommand({ thingName: 'lamp', expectedVersion: 3 })),
        calls: [call(deleteThing, { thingName: 'lamp', expectedVersion: 3 }, { deleted: true })],
        output: {},
      },
      {
        // AWS: the guide says that deleting a thing which does not exist succeeds.
        name: 'DeleteThing of what is not there',
        send: (iot) => iot.send(new DeleteThingCommand({ thingName: 'other' })),
        calls: [call(deleteThing, { thingName: 'other' }, { deleted: false })],
        output: {},
      },
      {
        name: 'ListThings with all filters, in rows without an id',
        send: (iot) =>
          iot.send(
            new ListThingsCommand({
              thingTypeName: 'light',
              attributeName: 'site',
              attributeValue: 'b',
              usePrefixAttributeValue: true,
              maxResults: 1,
            }),
          ),
        calls: [
          call(
            listThings,
            {
              thingTypeName: 'light',
              attributeName: 'site',
              attributeValue: 'b',
              usePrefixAttributeValue: true,
              limit: 1,
            },
            { things: [LAMP], nextToken: 'lamp' },
          ),
        ],
        output: {
          things: [{ thingName: 'lamp', thingTypeName: 'light', thingArn, attributes: { site: 'b7' }, version: 3 }],
          nextToken: toToken('ListThings', 'lamp'),
        },
      },
      {
        name: 'RegisterThing',
        send: (iot) => iot.send(new RegisterThingCommand({ templateBody: '{}', parameters: { Serial: '7' } })),
        calls: [
          call(
            registerThing,
            { templateBody: '{}', parameters: { Serial: '7' } },
            { thingName: 'lamp', certificateId: 'id', certificatePem: 'PEM', resourceArns: { thing: thingArn } },
          ),
        ],
        output: { certificatePem: 'PEM', resourceArns: { thing: thingArn } },
      },
      {
        name: 'GetThingConnectivityData with the socket',
        send: (iot) =>
          iot.send(new GetThingConnectivityDataCommand({ thingName: 'lamp', includeSocketInformation: true })),
        calls: [
          found,
          call(
            getConnectivityOfThings,
            { thingNames: ['lamp'] },
            { things: [{ thingName: 'lamp', connectivity: CONNECTED }] },
          ),
        ],
        output: { ...FACTS, connected: true, sourceIp: '10.0.0.1', sourcePort: 4_000 },
      },
      {
        name: 'GetThingConnectivityData of one that is gone, with the reason',
        send: (iot) => iot.send(new GetThingConnectivityDataCommand({ thingName: 'lamp' })),
        calls: [
          found,
          call(
            getConnectivityOfThings,
            { thingNames: ['lamp'] },
            {
              things: [
                {
                  thingName: 'lamp',
                  connectivity: { ...CONNECTED, connected: false, disconnectReason: 'CONNECTION_LOST' },
                },
              ],
            },
          ),
        ],
        output: { ...FACTS, connected: false, disconnectReason: 'CONNECTION_LOST' },
      },
      {
        name: 'GetThingConnectivityData of one that never was there',
        send: (iot) => iot.send(new GetThingConnectivityDataCommand({ thingName: 'lamp' })),
        calls: [found, call(getConnectivityOfThings, { thingNames: ['lamp'] }, { things: [] })],
        output: { thingName: 'lamp', connected: false },
      },
    ],
    [
      {
        name: 'the connection of a thing that does not exist',
        send: (iot) => iot.send(new GetThingConnectivityDataCommand({ thingName: 'other' })),
        services: [[getThings, { things: [] }]],
        error: 'ResourceNotFoundException',
        status: 404,
      },
      {
        name: 'a name that is none',
        send: (iot) => iot.send(new DescribeThingCommand({ thingName: 'a b' })),
        message: /"thingName": must be/,
        ...invalid,
      },
      {
        name: 'an attribute that is none, by the names of its members',
        send: (iot) =>
          iot.send(new CreateThingCommand({ thingName: 'lamp', attributePayload: { attributes: { site: 'a b' } } })),
        message: /"attributePayload.attributes.site": must be/,
        ...invalid,
      },
      {
        name: 'another version',
        send: (iot) => iot.send(new DeleteThingCommand({ thingName: 'lamp', expectedVersion: 2 })),
        services: [[deleteThing, new IotError('VersionConflict', 'it is 3')]],
        error: 'VersionConflictException',
        status: 409,
      },
      {
        name: 'a template that brings nothing about',
        send: (iot) => iot.send(new RegisterThingCommand({ templateBody: '{}' })),
        services: [[registerThing, new IotError('ResourceRegistrationFailure', 'no')]],
        error: 'ResourceRegistrationFailureException',
        status: 400,
      },
    ],
  );
}
