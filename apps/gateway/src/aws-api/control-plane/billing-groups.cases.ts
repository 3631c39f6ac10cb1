import {
  AddThingToBillingGroupCommand,
  CreateBillingGroupCommand,
  DeleteBillingGroupCommand,
  DescribeBillingGroupCommand,
  ListBillingGroupsCommand,
  ListThingsInBillingGroupCommand,
  RemoveThingFromBillingGroupCommand,
  UpdateBillingGroupCommand,
} from '@aws-sdk/client-iot';
import {
  addThingToBillingGroup,
  createBillingGroup,
  deleteBillingGroup,
  getBillingGroups,
  listBillingGroups,
  listThings,
  removeThingFromBillingGroup,
  updateBillingGroup,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { aBillingGroup, aThing, CREATED_AT } from '../../registry.fixture.js';
import { toToken } from '../page-tokens.js';
import { call, describeArea } from './area.fixture.js';

const PLANT = aBillingGroup('plant', { description: 'ours' });
const LAMP = aThing('lamp');
const { billingGroupArn, billingGroupId } = PLANT;
const invalid = { error: 'InvalidRequestException', status: 400 };
const missing = { error: 'ResourceNotFoundException', status: 404 };

/** What AWS SDKs expect of billing groups. */
export function describeBillingGroups(): void {
  describeArea(
    'billing groups',
    [
      {
        name: 'CreateBillingGroup',
        send: (iot) =>
          iot.send(
            new CreateBillingGroupCommand({
              billingGroupName: 'plant',
              billingGroupProperties: { billingGroupDescription: 'ours' },
              tags: [{ Key: 'site', Value: 'b7' }],
            }),
          ),
        calls: [
          call(createBillingGroup, { billingGroupName: 'plant', description: 'ours', tags: { site: 'b7' } }, PLANT),
        ],
        output: { billingGroupName: 'plant', billingGroupArn, billingGroupId },
      },
      {
        name: 'DescribeBillingGroup',
        send: (iot) => iot.send(new DescribeBillingGroupCommand({ billingGroupName: 'plant' })),
        calls: [call(getBillingGroups, { billingGroupNames: ['plant'] }, { billingGroups: [PLANT] })],
        output: {
          billingGroupName: 'plant',
          billingGroupArn,
          billingGroupId,
          version: 2,
          billingGroupProperties: { billingGroupDescription: 'ours' },
          billingGroupMetadata: { creationDate: new Date(CREATED_AT) },
        },
      },
      {
        name: 'UpdateBillingGroup that takes the description away',
        send: (iot) =>
          iot.send(
            new UpdateBillingGroupCommand({
              billingGroupName: 'plant',
              billingGroupProperties: {},
              expectedVersion: 1,
            }),
          ),
        calls: [call(updateBillingGroup, { billingGroupName: 'plant', description: '', expectedVersion: 1 }, PLANT)],
        output: { version: 2 },
      },
      {
        name: 'DeleteBillingGroup of what is not there',
        send: (iot) => iot.send(new DeleteBillingGroupCommand({ billingGroupName: 'other', expectedVersion: 1 })),
        calls: [call(deleteBillingGroup, { billingGroupName: 'other', expectedVersion: 1 }, { deleted: false })],
        output: {},
      },
      {
        name: 'ListBillingGroups',
        send: (iot) => iot.send(new ListBillingGroupsCommand({ namePrefixFilter: 'pl', maxResults: 1 })),
        calls: [
          call(listBillingGroups, { namePrefix: 'pl', limit: 1 }, { billingGroups: [PLANT], nextToken: 'plant' }),
        ],
        output: {
          billingGroups: [{ groupName: 'plant', groupArn: billingGroupArn }],
          nextToken: toToken('ListBillingGroups', 'plant'),
        },
      },
      {
        name: 'ListThingsInBillingGroup',
        send: (iot) =>
          iot.send(
            new ListThingsInBillingGroupCommand({
              billingGroupName: 'plant',
              nextToken: toToken('ListThingsInBillingGroup', 'a'),
            }),
          ),
        calls: [call(listThings, { billingGroupName: 'plant', after: 'a', limit: 25 }, { things: [LAMP] })],
        output: { things: ['lamp'] },
      },
      {
        name: 'AddThingToBillingGroup by ARNs',
        send: (iot) => iot.send(new AddThingToBillingGroupCommand({ billingGroupArn, thingArn: LAMP.thingArn })),
        calls: [call(addThingToBillingGroup, { billingGroupName: 'plant', thingName: 'lamp' }, {})],
        output: {},
      },
      {
        name: 'RemoveThingFromBillingGroup',
        send: (iot) =>
          iot.send(new RemoveThingFromBillingGroupCommand({ billingGroupName: 'plant', thingName: 'lamp' })),
        calls: [call(removeThingFromBillingGroup, { billingGroupName: 'plant', thingName: 'lamp' }, {})],
        output: {},
      },
    ],
    [
      {
        name: 'no thing',
        send: (iot) => iot.send(new AddThingToBillingGroupCommand({ billingGroupName: 'plant' })),
        message: /Value null at 'thingName'/,
        ...invalid,
      },
      {
        name: 'the ARN of another account',
        send: (iot) =>
          iot.send(
            new AddThingToBillingGroupCommand({
              billingGroupName: 'plant',
              thingArn: 'arn:aws:iot:us-east-1:999999999999:thing/lamp',
            }),
          ),
        message: /'thingArn' is .*, which should be .*:123456789012:thing\/lamp/,
        ...invalid,
      },
      {
        name: 'a description that is too long, by the names of its members',
        send: (iot) =>
          iot.send(
            new UpdateBillingGroupCommand({
              billingGroupName: 'plant',
              billingGroupProperties: { billingGroupDescription: 'a'.repeat(2_029) },
            }),
          ),
        message: /"billingGroupProperties.billingGroupDescription": must be at most/,
        ...invalid,
      },
      {
        name: 'a group that does not exist',
        send: (iot) => iot.send(new DescribeBillingGroupCommand({ billingGroupName: 'other' })),
        services: [[getBillingGroups, { billingGroups: [] }]],
        ...missing,
      },
      {
        name: 'the things of a group that does not exist',
        send: (iot) => iot.send(new ListThingsInBillingGroupCommand({ billingGroupName: 'other' })),
        services: [[listThings, new IotError('ResourceNotFound', 'there is none')]],
        ...missing,
      },
      {
        name: 'a beginning that is none',
        send: (iot) => iot.send(new ListBillingGroupsCommand({ namePrefixFilter: 'a b' })),
        message: /"namePrefixFilter": must be/,
        ...invalid,
      },
    ],
  );
}
