import {
  AddThingToThingGroupCommand,
  CreateThingGroupCommand,
  DeleteThingGroupCommand,
  DescribeThingGroupCommand,
  ListThingGroupsCommand,
  ListThingGroupsForThingCommand,
  ListThingsInThingGroupCommand,
  RemoveThingFromThingGroupCommand,
  UpdateThingGroupCommand,
  UpdateThingGroupsForThingCommand,
} from '@aws-sdk/client-iot';
import {
  createThingGroup,
  deleteThingGroup,
  getGroupsOfThings,
  getThingGroups,
  listThingGroups,
  listThings,
  updateThingGroup,
  updateThingGroupsForThing,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { aThing, aThingGroup, CREATED_AT } from '../../registry.fixture.js';
import { toToken } from '../page-tokens.js';
import { call, describeArea } from './area.fixture.js';

const HALL = aThingGroup('hall', ['plant'], { description: 'large' });
const YARD = aThingGroup('yard');
const LAMP = aThing('lamp');
const { thingGroupArn, thingGroupId } = HALL;
const PROPERTIES = { thingGroupDescription: 'large', attributePayload: { attributes: { floor: '2' } } };
const row = ({ thingGroupName, thingGroupArn: groupArn }: typeof HALL) => ({ groupName: thingGroupName, groupArn });
const invalid = { error: 'InvalidRequestException', status: 400 };
const missing = { error: 'ResourceNotFoundException', status: 404 };

/** What AWS SDKs expect of thing groups. */
export function describeThingGroups(): void {
  describeArea(
    'thing groups',
    [
      {
        name: 'CreateThingGroup',
        send: (iot) =>
          iot.send(
            new CreateThingGroupCommand({
              thingGroupName: 'hall',
              parentGroupName: 'plant',
              thingGroupProperties: PROPERTIES,
              tags: [{ Key: 'site', Value: 'b7' }],
            }),
          ),
        calls: [
          call(
            createThingGroup,
            {
              thingGroupName: 'hall',
              parentGroupName: 'plant',
              description: 'large',
              attributes: { floor: '2' },
              tags: { site: 'b7' },
            },
            HALL,
          ),
        ],
        output: { thingGroupName: 'hall', thingGroupArn, thingGroupId },
      },
      {
        name: 'DescribeThingGroup',
        send: (iot) => iot.send(new DescribeThingGroupCommand({ thingGroupName: 'hall' })),
        calls: [call(getThingGroups, { thingGroupNames: ['hall'] }, { thingGroups: [HALL] })],
        output: {
          thingGroupName: 'hall',
          thingGroupArn,
          thingGroupId,
          version: 4,
          thingGroupProperties: PROPERTIES,
          thingGroupMetadata: {
            parentGroupName: 'plant',
            rootToParentThingGroups: [row(aThingGroup('plant'))],
            creationDate: new Date(CREATED_AT),
          },
        },
      },
      {
        name: 'UpdateThingGroup',
        send: (iot) =>
          iot.send(
            new UpdateThingGroupCommand({
              thingGroupName: 'hall',
              thingGroupProperties: { attributePayload: { attributes: { floor: '3' }, merge: true } },
              expectedVersion: 3,
            }),
          ),
        calls: [
          call(
            updateThingGroup,
            { thingGroupName: 'hall', attributes: { floor: '3' }, merge: true, expectedVersion: 3 },
            HALL,
          ),
        ],
        output: { version: 4 },
      },
      {
        name: 'DeleteThingGroup of what is not there',
        send: (iot) => iot.send(new DeleteThingGroupCommand({ thingGroupName: 'other', expectedVersion: 1 })),
        calls: [call(deleteThingGroup, { thingGroupName: 'other', expectedVersion: 1 }, { deleted: false })],
        output: {},
      },
      {
        name: 'ListThingGroups with all filters',
        send: (iot) =>
          iot.send(
            new ListThingGroupsCommand({
              parentGroup: 'plant',
              namePrefixFilter: 'ha',
              recursive: false,
              maxResults: 1,
            }),
          ),
        calls: [
          call(
            listThingGroups,
            { parentGroupName: 'plant', namePrefix: 'ha', recursive: false, limit: 1 },
            { thingGroups: [HALL], nextToken: 'hall' },
          ),
        ],
        output: { thingGroups: [row(HALL)], nextToken: toToken('ListThingGroups', 'hall') },
      },
      {
        name: 'ListThingsInThingGroup, those below too',
        send: (iot) =>
          iot.send(
            new ListThingsInThingGroupCommand({
              thingGroupName: 'hall',
              recursive: true,
              nextToken: toToken('ListThingsInThingGroup', 'a'),
            }),
          ),
        calls: [
          call(
            listThings,
            { thingGroupName: 'hall', recursive: true, after: 'a', limit: 25 },
            { things: [LAMP], nextToken: 'lamp' },
          ),
        ],
        output: { things: ['lamp'], nextToken: toToken('ListThingsInThingGroup', 'lamp') },
      },
      {
        name: 'ListThingGroupsForThing',
        send: (iot) => iot.send(new ListThingGroupsForThingCommand({ thingName: 'lamp', maxResults: 1 })),
        calls: [
          call(
            getGroupsOfThings,
            { thingNames: ['lamp'] },
            { things: [{ thingName: 'lamp', groupNames: ['yard', 'hall'] }] },
          ),
          call(getThingGroups, { thingGroupNames: ['hall'] }, { thingGroups: [HALL] }),
        ],
        output: { thingGroups: [row(HALL)], nextToken: toToken('ListThingGroupsForThing', 'hall') },
      },
      {
        name: 'the next page of ListThingGroupsForThing',
        send: (iot) =>
          iot.send(
            new ListThingGroupsForThingCommand({
              thingName: 'lamp',
              nextToken: toToken('ListThingGroupsForThing', 'hall'),
            }),
          ),
        calls: [
          call(
            getGroupsOfThings,
            { thingNames: ['lamp'] },
            { things: [{ thingName: 'lamp', groupNames: ['yard', 'hall'] }] },
          ),
          call(getThingGroups, { thingGroupNames: ['yard'] }, { thingGroups: [YARD] }),
        ],
        output: { thingGroups: [row(YARD)] },
      },
      {
        name: 'AddThingToThingGroup by ARNs',
        send: (iot) =>
          iot.send(new AddThingToThingGroupCommand({ thingGroupArn, thingArn: LAMP.thingArn, thingName: 'lamp' })),
        calls: [call(updateThingGroupsForThing, { thingName: 'lamp', thingGroupsToAdd: ['hall'] }, {})],
        output: {},
      },
      {
        name: 'RemoveThingFromThingGroup',
        send: (iot) => iot.send(new RemoveThingFromThingGroupCommand({ thingGroupName: 'hall', thingName: 'lamp' })),
        calls: [call(updateThingGroupsForThing, { thingName: 'lamp', thingGroupsToRemove: ['hall'] }, {})],
        output: {},
      },
      {
        name: 'UpdateThingGroupsForThing',
        send: (iot) =>
          iot.send(
            new UpdateThingGroupsForThingCommand({
              thingName: 'lamp',
              thingGroupsToAdd: ['hall'],
              thingGroupsToRemove: ['yard'],
              overrideDynamicGroups: true,
            }),
          ),
        calls: [
          call(
            updateThingGroupsForThing,
            { thingName: 'lamp', thingGroupsToAdd: ['hall'], thingGroupsToRemove: ['yard'] },
            {},
          ),
        ],
        output: {},
      },
    ],
    [
      {
        name: 'no group',
        send: (iot) => iot.send(new AddThingToThingGroupCommand({ thingName: 'lamp' })),
        message: /Value null at 'thingGroupName'/,
        ...invalid,
      },
      {
        name: 'no thing',
        send: (iot) => iot.send(new UpdateThingGroupsForThingCommand({ thingGroupsToAdd: ['hall'] })),
        message: /Value null at 'thingName'/,
        ...invalid,
      },
      {
        name: 'a name and an ARN that disagree',
        send: (iot) =>
          iot.send(new AddThingToThingGroupCommand({ thingName: 'lamp', thingGroupName: 'yard', thingGroupArn })),
        message: /'thingGroupArn' is .*hall, which should be .*yard/,
        ...invalid,
      },
      {
        name: 'the ARN of something else',
        send: (iot) => iot.send(new AddThingToThingGroupCommand({ thingName: 'lamp', thingGroupArn: LAMP.thingArn })),
        message: /'thingGroupArn' is .*, which should be .*:thinggroup\/lamp/,
        ...invalid,
      },
      {
        name: 'an ARN that is none',
        send: (iot) => iot.send(new AddThingToThingGroupCommand({ thingArn: 'lamp', thingGroupName: 'hall' })),
        message: /'thingArn' is lamp, which should be .*:thing\/NAME/,
        ...invalid,
      },
      {
        name: 'a name that is none, by the name of its member',
        send: (iot) => iot.send(new AddThingToThingGroupCommand({ thingName: 'lamp', thingGroupName: 'a b' })),
        message: /"thingGroupName": must be/,
        ...invalid,
      },
      {
        name: 'attributes that are none, by the names of their members',
        send: (iot) =>
          iot.send(
            new CreateThingGroupCommand({
              thingGroupName: 'hall',
              thingGroupProperties: { attributePayload: { attributes: { 'a b': 'c' } } },
            }),
          ),
        message: /"thingGroupProperties.attributePayload.attributes/,
        ...invalid,
      },
      {
        name: 'a group that does not exist',
        send: (iot) => iot.send(new DescribeThingGroupCommand({ thingGroupName: 'other' })),
        services: [[getThingGroups, { thingGroups: [] }]],
        ...missing,
      },
      {
        name: 'the things of a group that does not exist',
        send: (iot) => iot.send(new ListThingsInThingGroupCommand({ thingGroupName: 'other' })),
        services: [[listThings, new IotError('ResourceNotFound', 'there is none')]],
        ...missing,
      },
      {
        name: 'the groups of a thing that does not exist',
        send: (iot) => iot.send(new ListThingGroupsForThingCommand({ thingName: 'other' })),
        services: [[getGroupsOfThings, { things: [] }]],
        ...missing,
      },
      {
        name: 'another version',
        send: (iot) =>
          iot.send(
            new UpdateThingGroupCommand({ thingGroupName: 'hall', thingGroupProperties: {}, expectedVersion: 1 }),
          ),
        services: [[updateThingGroup, new IotError('VersionConflict', 'it is 4')]],
        error: 'VersionConflictException',
        status: 409,
      },
    ],
  );
}
