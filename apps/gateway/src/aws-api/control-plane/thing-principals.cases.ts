import {
  AttachThingPrincipalCommand,
  DetachThingPrincipalCommand,
  ListPrincipalThingsCommand,
  ListPrincipalThingsV2Command,
  ListThingPrincipalsCommand,
  ListThingPrincipalsV2Command,
} from '@aws-sdk/client-iot';
import {
  attachThingPrincipal,
  detachThingPrincipal,
  getPrincipalsOfThings,
  listPrincipalThings,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { aCertificate, anId } from '../../registry.fixture.js';
import { toToken } from '../page-tokens.js';
import { call, describeArea } from './area.fixture.js';

const [A, B] = [aCertificate('a').certificateArn, aCertificate('b').certificateArn];
const EXCLUSIVE = 'EXCLUSIVE_THING';
const SHARED = 'NON_EXCLUSIVE_THING';
const OF_LAMP = {
  things: [
    {
      thingName: 'lamp',
      principals: [
        { certificateId: anId('a'), thingPrincipalType: EXCLUSIVE },
        { certificateId: anId('b'), thingPrincipalType: SHARED },
      ],
    },
  ],
} as const;
const asked = call(getPrincipalsOfThings, { thingNames: ['lamp'] }, structuredClone(OF_LAMP) as never);
const invalid = { error: 'InvalidRequestException', status: 400 };
const missing = { error: 'ResourceNotFoundException', status: 404 };

/** What AWS SDKs expect of thing principals. */
export function describeThingPrincipals(): void {
  describeArea(
    'principals of things',
    [
      {
        name: 'AttachThingPrincipal, exclusively',
        send: (iot) =>
          iot.send(new AttachThingPrincipalCommand({ thingName: 'lamp', principal: A, thingPrincipalType: EXCLUSIVE })),
        calls: [call(attachThingPrincipal, { thingName: 'lamp', principal: A, thingPrincipalType: EXCLUSIVE }, {})],
        output: {},
      },
      {
        name: 'AttachThingPrincipal as it always was',
        send: (iot) => iot.send(new AttachThingPrincipalCommand({ thingName: 'lamp', principal: A })),
        calls: [call(attachThingPrincipal, { thingName: 'lamp', principal: A }, {})],
        output: {},
      },
      {
        name: 'DetachThingPrincipal',
        send: (iot) => iot.send(new DetachThingPrincipalCommand({ thingName: 'lamp', principal: A })),
        calls: [call(detachThingPrincipal, { thingName: 'lamp', principal: A }, {})],
        output: {},
      },
      {
        name: 'ListThingPrincipals',
        send: (iot) => iot.send(new ListThingPrincipalsCommand({ thingName: 'lamp', maxResults: 1 })),
        calls: [asked],
        output: { principals: [A], nextToken: toToken('ListThingPrincipals', A) },
      },
      {
        name: 'the next page of ListThingPrincipals',
        send: (iot) =>
          iot.send(new ListThingPrincipalsCommand({ thingName: 'lamp', nextToken: toToken('ListThingPrincipals', A) })),
        calls: [asked],
        output: { principals: [B] },
      },
      {
        name: 'ListThingPrincipalsV2',
        send: (iot) => iot.send(new ListThingPrincipalsV2Command({ thingName: 'lamp' })),
        calls: [asked],
        output: {
          thingPrincipalObjects: [
            { principal: A, thingPrincipalType: EXCLUSIVE },
            { principal: B, thingPrincipalType: SHARED },
          ],
        },
      },
      {
        name: 'ListThingPrincipalsV2 of one type',
        send: (iot) => iot.send(new ListThingPrincipalsV2Command({ thingName: 'lamp', thingPrincipalType: SHARED })),
        calls: [asked],
        output: { thingPrincipalObjects: [{ principal: B, thingPrincipalType: SHARED }] },
      },
      {
        name: 'ListPrincipalThings',
        send: (iot) => iot.send(new ListPrincipalThingsCommand({ principal: A, maxResults: 1 })),
        calls: [
          call(
            listPrincipalThings,
            { principal: A, limit: 1 },
            { things: [{ thingName: 'lamp', thingPrincipalType: SHARED }], nextToken: 'lamp' },
          ),
        ],
        output: { things: ['lamp'], nextToken: toToken('ListPrincipalThings', 'lamp') },
      },
      {
        name: 'ListPrincipalThingsV2 of one type',
        send: (iot) =>
          iot.send(
            new ListPrincipalThingsV2Command({
              principal: A,
              thingPrincipalType: SHARED,
              nextToken: toToken('ListPrincipalThingsV2', 'lamp'),
            }),
          ),
        calls: [
          call(
            listPrincipalThings,
            { principal: A, thingPrincipalType: SHARED, after: 'lamp', limit: 25 },
            { things: [{ thingName: 'pump', thingPrincipalType: SHARED }] },
          ),
        ],
        output: { principalThingObjects: [{ thingName: 'pump', thingPrincipalType: SHARED }] },
      },
    ],
    [
      {
        name: 'a principal that is none',
        send: (iot) =>
          iot.send(new AttachThingPrincipalCommand({ thingName: 'lamp', principal: 'eu-west-1:identity' })),
        message: /"principal": must be the ARN of a certificate/,
        ...invalid,
      },
      {
        name: 'a second exclusive thing',
        send: (iot) => iot.send(new AttachThingPrincipalCommand({ thingName: 'pump', principal: A })),
        services: [[attachThingPrincipal, new IotError('InvalidRequest', 'it belongs to lamp')]],
        message: 'it belongs to lamp',
        ...invalid,
      },
      {
        name: 'the principals of a thing that does not exist',
        send: (iot) => iot.send(new ListThingPrincipalsCommand({ thingName: 'other' })),
        services: [[getPrincipalsOfThings, { things: [] }]],
        ...missing,
      },
      {
        name: 'the principals of a thing that can be none',
        send: (iot) => iot.send(new ListThingPrincipalsCommand({ thingName: 'a b' })),
        message: /"thingName": must be/,
        ...invalid,
      },
      {
        name: 'the things of a certificate that does not exist',
        send: (iot) => iot.send(new ListPrincipalThingsCommand({ principal: A })),
        services: [[listPrincipalThings, new IotError('ResourceNotFound', 'there is none')]],
        ...missing,
      },
    ],
  );
}
