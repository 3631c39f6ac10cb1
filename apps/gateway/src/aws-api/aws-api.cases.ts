import {
  CreateThingCommand,
  DescribeThingCommand,
  ListJobsCommand,
  ListThingsCommand,
  paginateListThings,
  UpdateThingCommand,
} from '@aws-sdk/client-iot';
import { GetPendingJobExecutionsCommand } from '@aws-sdk/client-iot-jobs-data-plane';
import {
  accessKeyRevoked,
  createThing,
  deriveAccessKey,
  getThings,
  listThings,
  updateThing,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { type GatewayUnderTest, startGateway } from '../gateway.fixture.js';
import { AwsSdk } from './aws-sdk.fixture.js';
import { toToken } from './page-tokens.js';

const LAMP = {
  thingName: 'lamp',
  thingId: 'id-1',
  thingArn: 'arn:aws:iot:us-east-1:123456789012:thing/lamp',
  attributes: { site: 'a' },
  version: 3,
  createdAt: 1,
};

/** What SDKs get from the HTTP API, and what they are told. */
export function describeHttpApi(): void {
  describe('the HTTP API', () => {
    let gateway: GatewayUnderTest;
    let sdk: AwsSdk;

    beforeAll(async () => {
      gateway = await startGateway();
      sdk = new AwsSdk(gateway);
      gateway.services.answer(getThings, ({ thingNames }) => ({ things: thingNames.includes('lamp') ? [LAMP] : [] }));
      gateway.services.answer(createThing, () => LAMP);
    });
    afterAll(() => gateway.close());

    const describeLamp = new DescribeThingCommand({ thingName: 'lamp' });

    it('performs what an SDK asks for by the commands that serve GraphQL', async () => {
      const attributePayload = { attributes: { site: 'a' } };
      const made = await sdk.iot().send(new CreateThingCommand({ thingName: 'lamp', attributePayload }));
      expect(made).toMatchObject({ thingName: 'lamp', thingId: 'id-1', thingArn: LAMP.thingArn });
      expect(made.$metadata.requestId).toMatch(/^[0-9a-f-]{36}$/);
      expect(gateway.services.requestsOf(createThing)).toEqual([{ thingName: 'lamp', attributes: { site: 'a' } }]);
      await expect(sdk.iot().send(describeLamp)).resolves.toMatchObject({ defaultClientId: 'lamp', version: 3 });
    });

    it('leads through pages by tokens that mean nothing to clients', async () => {
      gateway.services.answer(listThings, ({ after, limit }) =>
        after === undefined
          ? { things: Array.from({ length: limit ?? 0 }, () => LAMP), nextToken: 'lamp' }
          : { things: [{ ...LAMP, thingName: `after ${after}` }] },
      );
      const names = [];
      for await (const { things } of paginateListThings({ client: sdk.iot(), pageSize: 2 }, {})) {
        names.push(things?.map(({ thingName }) => thingName));
      }
      expect(names).toEqual([['lamp', 'lamp'], ['after lamp']]);
    });

    it.each([
      ['a token of nobody', { nextToken: 'abc' }, 'nextToken'],
      ['a token of another list', { nextToken: toToken('ListThingTypes', 'lamp') }, 'nextToken'],
      ['a token that was changed', { nextToken: toToken('ListThings', 'lamp').replace(/..$/, 'AA') }, 'nextToken'],
      ['a token that is larger than any', { nextToken: 'A'.repeat(7_000) }, 'nextToken'],
      ['no entries', { maxResults: 0 }, 'maxResults'],
      ['too many entries', { maxResults: 251 }, 'maxResults'],
      ['half an entry', { maxResults: 1.5 }, 'maxResults'],
    ])('refuses a page of %s', async (_name, page, member) => {
      await expect(sdk.iot().send(new ListThingsCommand(page))).rejects.toMatchObject({
        name: 'InvalidRequestException',
        message: expect.stringContaining(member) as string,
        $metadata: { httpStatusCode: 400 },
      });
    });

    it.each<[string, string, number, () => Promise<unknown>]>([
      [
        'what does not exist',
        'ResourceNotFoundException',
        404,
        () => sdk.iot().send(new DescribeThingCommand({ thingName: 'other' })),
      ],
      [
        'a name that is none',
        'InvalidRequestException',
        400,
        () => sdk.iot().send(new DescribeThingCommand({ thingName: 'a b' })),
      ],
      [
        'an operation that is not supported',
        'NotImplementedException',
        501,
        () => sdk.iot().send(new ListJobsCommand({})),
      ],
      [
        'an operation of another API that is not',
        'NotImplementedException',
        501,
        () => sdk.jobs().send(new GetPendingJobExecutionsCommand({ thingName: 'lamp' })),
      ],
      [
        'a role that may not',
        'AccessDeniedException',
        403,
        () => sdk.iot({ role: 'viewer' }).send(new CreateThingCommand({ thingName: 'lamp' })),
      ],
      [
        'another secret',
        'InvalidSignatureException',
        403,
        () => sdk.iot({ secretAccessKey: 'wrong' }).send(describeLamp),
      ],
      [
        'an access key of nobody',
        'UnrecognizedClientException',
        403,
        () => sdk.iot({ accessKeyId: 'AKIANOBODYNOBODYNOBO' }).send(describeLamp),
      ],
      [
        'an access key that can be none',
        'UnrecognizedClientException',
        403,
        () => sdk.iot({ accessKeyId: 'nobody' }).send(describeLamp),
      ],
      [
        'a clock that is late',
        'InvalidSignatureException',
        403,
        () => sdk.iot({ clockOffset: -301_000 }).send(describeLamp),
      ],
    ])('refuses %s as %s', async (_name, name, status, send) => {
      await expect(send()).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
    });

    it.each([
      ['VersionConflict', 'VersionConflictException', 409],
      ['Throttling', 'ThrottlingException', 400],
      ['ServiceUnavailable', 'ServiceUnavailableException', 503],
      ['GatewayTimeout', 'ServiceUnavailableException', 503],
      ['PayloadTooLarge', 'InvalidRequestException', 400],
    ] as const)('says %s as %s, with the status of the control plane', async (code, name, status) => {
      gateway.services.answer(updateThing, () => Promise.reject(new IotError(code, 'why')));
      await expect(sdk.iot().send(new UpdateThingCommand({ thingName: 'lamp' }))).rejects.toMatchObject({
        name,
        message: 'why',
        $metadata: { httpStatusCode: status },
      });
    });

    it('says nothing of what nobody expected', async () => {
      gateway.services.answer(updateThing, () => Promise.reject(new Error('the stack of something')));
      await expect(sdk.iot().send(new UpdateThingCommand({ thingName: 'lamp' }))).rejects.toMatchObject({
        name: 'InternalFailureException',
        message: 'Internal service failure',
        $metadata: { httpStatusCode: 500 },
      });
    });

    it('names the resource that is in the way', async () => {
      const details = { field: 'thingName', resourceId: 'lamp', resourceArn: LAMP.thingArn };
      gateway.services.answer(createThing, () =>
        Promise.reject(new IotError('ResourceAlreadyExists', 'Thing lamp exists', { details })),
      );
      await expect(sdk.iot().send(new CreateThingCommand({ thingName: 'lamp' }))).rejects.toMatchObject({
        name: 'ResourceAlreadyExistsException',
        resourceId: 'lamp',
        resourceArn: LAMP.thingArn,
      });
    });

    it.each([
      ['no signature', {}, 'MissingAuthenticationTokenException'],
      ['an API key', { authorization: 'Bearer key-of-an-administrator' }, 'IncompleteSignatureException'],
    ])('answers a request with %s in the words of the field', async (_name, headers, error) => {
      const answer = await gateway.app.inject({ method: 'GET', url: '/things', headers });
      expect([answer.statusCode, answer.headers['x-amzn-errortype']]).toEqual([403, error]);
      expect(answer.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/);
    });

    it('asks the registry once for what a key signs with, and anew when the key was revoked', async () => {
      const before = gateway.services.requestsOf(deriveAccessKey).length;
      await sdk.iot({ role: 'operator' }).send(describeLamp);
      await sdk.iot({ role: 'operator' }).send(describeLamp);
      expect(gateway.services.requestsOf(deriveAccessKey)).toHaveLength(before + 1);
      await gateway.events.publish(accessKeyRevoked, { accessKeyId: 'AKIAOPERATOROPERATOR' });
      await expect(sdk.iot({ role: 'operator' }).send(describeLamp)).rejects.toMatchObject({
        name: 'UnrecognizedClientException',
      });
    });

    it('leaves GraphQL and its errors alone', async () => {
      const { statusCode } = await gateway.graphql('{ __typename }');
      expect(statusCode).toBe(200);
    });
  });
}
