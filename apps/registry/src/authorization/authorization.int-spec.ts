import {
  attachPolicy,
  attachThingPrincipal,
  createKeysAndCertificate,
  createPolicy,
  createThing,
  createThingGroup,
  lintPolicy,
  type RequestOf,
  testAuthorization,
  testPolicy,
  updateThingGroupsForThing,
} from '#thingcore/contracts';
import { type RegistryFixture, startRegistry } from '../registry.fixture.js';

const ARN = 'arn:aws:iot:us-east-1:123456789012:';
const UNKNOWN_ID = '0'.repeat(64);
const THING = '${iot:Connection.Thing.ThingName}';

function documentOf(...statements: object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

/** How the policies of the tests spell what they say. */
const DOCUMENTS = {
  connect: documentOf({ Sid: 'Own', Effect: 'Allow', Action: 'iot:Connect', Resource: `${ARN}client/${THING}` }),
  telemetry: documentOf({
    Effect: 'Allow',
    Action: ['iot:Publish', 'iot:Receive'],
    Resource: `${ARN}topic/telemetry/${THING}`,
  }),
  quarantine: documentOf({ Effect: 'Deny', Action: 'iot:Publish', Resource: '*' }),
  alerts: documentOf({ Effect: 'Allow', Action: 'iot:Subscribe', Resource: `${ARN}topicfilter/alerts/*` }),
};

describe('authorization', () => {
  let registry: RegistryFixture;
  let principal: string;

  const test = (request: RequestOf<typeof testAuthorization>) =>
    registry.call(testAuthorization, { principal, ...request });
  const decisions = async (request: RequestOf<typeof testAuthorization>) =>
    (await test(request)).results.map(({ decision }) => decision);
  const publish = (topic: string) => ({ action: 'PUBLISH', resources: [`${ARN}topic/${topic}`] });

  beforeAll(async () => {
    registry = await startRegistry();
    principal = (await registry.call(createKeysAndCertificate, { setAsActive: true, keyType: 'EC_P256' }))
      .certificateId;
    for (const [policyName, policyDocument] of Object.entries(DOCUMENTS)) {
      await registry.call(createPolicy, { policyName, policyDocument });
    }
    await registry.call(createThing, { thingName: 'lamp', attributes: { site: 'a' } });
    await registry.call(createThing, { thingName: 'other' });
    await registry.call(attachThingPrincipal, { thingName: 'lamp', principal });
    await registry.call(createThingGroup, { thingGroupName: 'lamps' });
    await registry.call(createThingGroup, { thingGroupName: 'bulbs', parentGroupName: 'lamps' });
    await registry.call(updateThingGroupsForThing, { thingName: 'lamp', thingGroupsToAdd: ['bulbs'] });
    await registry.call(attachPolicy, { policyName: 'connect', target: principal });
    await registry.call(attachPolicy, { policyName: 'telemetry', target: `${ARN}thinggroup/lamps` });
  });

  afterAll(() => registry.stop());

  describe('of a principal is tested', () => {
    it('by the policies of its certificate and of the groups of its thing, with a proof for each resource', async () => {
      const { results, missingContextValues } = await test({
        context: { clientId: 'lamp' },
        questions: [
          { action: 'CONNECT', resources: [`${ARN}client/lamp`] },
          { action: 'iot:Publish', resources: [`${ARN}topic/telemetry/lamp`, `${ARN}topic/telemetry/other`] },
        ],
      });
      expect(results).toEqual([
        {
          action: 'iot:Connect',
          resource: `${ARN}client/lamp`,
          decision: 'ALLOWED',
          summary: `iot:Connect on ${ARN}client/lamp is allowed by statement 0 ("Own") of policy "connect".`,
          statements: [
            {
              statement: { policyName: 'connect', index: 0, sid: 'Own', effect: 'Allow' },
              patterns: [{ pattern: `${ARN}client/${THING}`, resolved: `${ARN}client/lamp` }],
              variables: [{ name: 'iot:Connection.Thing.ThingName', value: 'lamp' }],
            },
          ],
        },
        expect.objectContaining({ resource: `${ARN}topic/telemetry/lamp`, decision: 'ALLOWED' }),
        expect.objectContaining({
          resource: `${ARN}topic/telemetry/other`,
          decision: 'IMPLICIT_DENY',
          remedy: {
            kind: 'add',
            statement: JSON.stringify({
              Effect: 'Allow',
              Action: 'iot:Publish',
              Resource: `${ARN}topic/telemetry/other`,
            }),
          },
        }),
      ]);
      expect(results[2]?.statements[0]).toMatchObject({
        statement: { policyName: 'telemetry', index: 0 },
        mismatch: `its resource is ${ARN}topic/telemetry/lamp`,
      });
      expect(missingContextValues).toEqual([]);
    });

    it('without a thing when the client id is that of no attached thing', async () => {
      const { results, missingContextValues } = await test({
        context: { clientId: 'other' },
        questions: [{ action: 'CONNECT', resources: [`${ARN}client/other`] }, publish('telemetry/other')],
      });
      expect(results.map(({ decision }) => decision)).toEqual(['IMPLICIT_DENY', 'IMPLICIT_DENY']);
      expect(results[0]?.statements[0]?.mismatch).toMatch(/ThingName.* has no value/);
      expect(missingContextValues).toEqual(['iot:Connection.Thing.ThingName']);
    });

    it('with policies added and skipped by name', async () => {
      const context = { clientId: 'lamp' };
      const subscribe = { action: 'SUBSCRIBE', resources: [`${ARN}topicfilter/alerts/#`] };
      const questions = [publish('telemetry/lamp'), subscribe];
      expect(await decisions({ context, questions })).toEqual(['ALLOWED', 'IMPLICIT_DENY']);
      expect(await decisions({ context, questions, policyNamesToAdd: ['alerts', 'quarantine'] })).toEqual([
        'EXPLICIT_DENY',
        'ALLOWED',
      ]);
      expect(await decisions({ context, questions, policyNamesToSkip: ['telemetry', 'unheard-of'] })).toEqual([
        'IMPLICIT_DENY',
        'IMPLICIT_DENY',
      ]);
      // AWS: policyNamesToAdd, as if they were attached; one that is attached counts once.
      const { results } = await test({
        context,
        questions: [publish('telemetry/lamp')],
        policyNamesToAdd: ['telemetry'],
      });
      expect(results[0]?.statements).toHaveLength(1);
    });

    it('and names the denial that stands in the way', async () => {
      const { results } = await test({
        context: { clientId: 'lamp' },
        questions: [publish('elsewhere')],
        policyNamesToAdd: ['quarantine'],
      });
      expect(results[0]?.remedy).toEqual({
        kind: 'change',
        statement: { policyName: 'quarantine', index: 0, effect: 'Deny' },
        add: {
          statement: JSON.stringify({ Effect: 'Allow', Action: 'iot:Publish', Resource: `${ARN}topic/elsewhere` }),
        },
      });
    });

    it('for the exclusive thing whatever the client id is', async () => {
      const { certificateId } = await registry.call(createKeysAndCertificate, { keyType: 'EC_P256' });
      await registry.call(createThing, { thingName: 'owned' });
      await registry.call(attachThingPrincipal, {
        thingName: 'owned',
        principal: certificateId,
        thingPrincipalType: 'EXCLUSIVE_THING',
      });
      const { results } = await registry.call(testAuthorization, {
        principal: certificateId,
        questions: [publish('telemetry/owned')],
        policyNamesToAdd: ['telemetry'],
      });
      expect(results[0]?.decision).toBe('ALLOWED');
    });
  });

  it('is tested for nobody with the policies that are added, and no others', async () => {
    const questions = [{ action: 'SUBSCRIBE', resources: [`${ARN}topicfilter/alerts/hall`] }];
    expect(await decisions({ principal: undefined, questions })).toEqual(['IMPLICIT_DENY']);
    expect(await decisions({ principal: undefined, questions, policyNamesToAdd: ['alerts'] })).toEqual(['ALLOWED']);
  });

  describe('by a document is tested', () => {
    const ask = (policyDocument: string, request: Omit<RequestOf<typeof testPolicy>, 'policyDocument'>) =>
      registry.call(testPolicy, { policyDocument, ...request });

    it('without a principal by the context alone, which says what is missing', async () => {
      const policyDocument = documentOf({
        Effect: 'Allow',
        Action: 'iot:Publish',
        Resource: `${ARN}topic/\${iot:ClientId}/${THING}`,
        Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      });
      const { results, missingContextValues } = await ask(policyDocument, {
        context: { clientId: 'lamp' },
        questions: [publish('lamp/lamp')],
      });
      expect(results[0]).toMatchObject({
        decision: 'IMPLICIT_DENY',
        statements: [{ statement: { policyName: 'unsaved', index: 0 } }],
      });
      expect(missingContextValues.sort()).toEqual(['aws:SourceIp', 'iot:Connection.Thing.ThingName']);
      const { results: known } = await ask(policyDocument, {
        principal,
        context: { clientId: 'lamp', sourceIp: '10.1.2.3' },
        questions: [publish('lamp/lamp')],
      });
      expect(known[0]?.decision).toBe('ALLOWED');
    });

    it('with a principal by its certificate, but not by its policies', async () => {
      const { results } = await ask(
        documentOf({
          Effect: 'Allow',
          Action: 'iot:Publish',
          Resource: `${ARN}topic/*`,
          Condition: { StringEquals: { 'iot:Certificate.Subject.CommonName': 'AWS IoT Certificate' } },
        }),
        {
          principal: `${ARN}cert/${principal}`,
          context: { clientId: 'lamp' },
          questions: [publish('a'), { action: 'CONNECT', resources: [`${ARN}client/lamp`] }],
        },
      );
      expect(results.map(({ decision }) => decision)).toEqual(['ALLOWED', 'IMPLICIT_DENY']);
    });

    // AWS: iot:ConnectAttributes and iot:LastWillTopic are keys of iot:Connect.
    it('by what a client asks for in its CONNECT, for the CONNECT alone', async () => {
      const policyDocument = documentOf({
        Effect: 'Allow',
        Action: '*',
        Resource: '*',
        Condition: {
          'ForAnyValue:StringEquals': { 'iot:ConnectAttributes': 'LastWill' },
          ArnEquals: { 'iot:LastWillTopic': `${ARN}topic/bye` },
        },
      });
      for (const lastWillTopic of ['bye', `${ARN}topic/bye`]) {
        const { results, missingContextValues } = await ask(policyDocument, {
          context: { clientId: 'lamp', connectAttributes: ['LastWill'], lastWillTopic },
          questions: [{ action: 'iot:connect', resources: [`${ARN}client/lamp`] }, publish('bye')],
        });
        expect(results.map(({ decision }) => decision)).toEqual(['ALLOWED', 'IMPLICIT_DENY']);
        expect(missingContextValues).toEqual(['iot:ConnectAttributes', 'iot:LastWillTopic']);
      }
    });
  });

  const asked = { questions: [publish('a')] };

  it.each<[string, () => Promise<unknown>, string, object]>([
    [
      'an unknown certificate',
      () => registry.call(testAuthorization, { principal: UNKNOWN_ID, ...asked }),
      'ResourceNotFound',
      { field: 'principal' },
    ],
    [
      'an unknown certificate beside a document',
      () => registry.call(testPolicy, { policyDocument: DOCUMENTS.alerts, principal: UNKNOWN_ID, ...asked }),
      'ResourceNotFound',
      { field: 'principal' },
    ],
    [
      'an unknown policy to add',
      () => test({ ...asked, policyNamesToAdd: ['alerts', 'nowhere'] }),
      'ResourceNotFound',
      { field: 'policyNamesToAdd', policyName: 'nowhere' },
    ],
    [
      'a resource that is no ARN',
      () => test({ questions: [publish('a'), { action: 'PUBLISH', resources: ['*', 'topic/a'] }] }),
      'InvalidRequest',
      { field: 'questions.1.resources.1' },
    ],
    [
      'an action with a wildcard',
      () => test({ questions: [{ action: 'iot:*', resources: ['*'] }] }),
      'InvalidRequest',
      { field: 'questions.0.action' },
    ],
    ['no question', () => test({ questions: [] }), 'InvalidRequest', { field: 'questions' }],
    [
      'an address that is none',
      () => test({ ...asked, context: { sourceIp: '300.1.1.1' } }),
      'InvalidRequest',
      { field: 'context.sourceIp' },
    ],
    [
      'a document that is malformed',
      () => registry.call(testPolicy, { policyDocument: '{"Version":"2012-10-17"}', ...asked }),
      'MalformedPolicy',
      { field: 'policyDocument', line: 1, column: 1 },
    ],
    [
      'a malformed document to warn of',
      () => registry.call(lintPolicy, { policyDocument: '{' }),
      'MalformedPolicy',
      { field: 'policyDocument', line: 1 },
    ],
  ])('is not tested for %s', async (_name, ask, code, details) => {
    await expect(ask()).rejects.toMatchObject({ code, details });
  });

  describe('a document', () => {
    it('is warned of with code, place and text', async () => {
      const { warnings } = await registry.call(lintPolicy, {
        policyDocument: `{
  "Version": "2012-10-17",
  "Statement": {"Effect": "Allow", "Action": "iot:Subscribe", "Resource": "${ARN}topic/a"}
}`,
      });
      expect(warnings).toContainEqual({
        code: 'TopicForTopicFilter',
        message: expect.stringContaining('topicfilter') as string,
        statementIndex: 0,
        field: expect.stringContaining('Resource') as string,
        line: 3,
        column: expect.any(Number) as number,
      });
    });

    it('is warned of when it is about another region or account', async () => {
      const policyDocument = DOCUMENTS.connect.replace('123456789012', '999999999999');
      const { warnings } = await registry.call(lintPolicy, { policyDocument });
      expect(warnings.map(({ code }) => code)).toContain('OtherScope');
    });

    it('is fine when there is nothing to say', async () => {
      expect(await registry.call(lintPolicy, { policyDocument: DOCUMENTS.connect })).toEqual({ warnings: [] });
    });
  });
});
