import type { DeviceCertificate, Json } from '../application.js';
import { connectMqttjs, type MqttjsDevice } from '../devices/mqttjs-device.js';
import { refusedConnect, tryPublish, trySubscribe } from './attempts.js';
import type { IdentityWorld } from './identity-world.js';
import { allow, arn, deny, policyOf } from './operator.js';

const THING = '${iot:Connection.Thing.ThingName}';

const STATEMENTS = [
  allow('iot:Connect', `client/${THING}`),
  allow('iot:Publish', `topic/lab/${THING}/*`),
  deny('iot:Publish', 'topic/lab/*/locked'),
  allow('iot:Subscribe', `topicfilter/lab/${THING}/+`),
];

/** Another policy that turns most of these answers round. */
const UNSAVED = [
  allow('iot:Connect', 'client/lab-*'),
  allow('iot:Publish', 'topic/lab/*/locked', 'topic/public'),
  allow('iot:Subscribe', 'topicfilter/public/#'),
];

/** Questions, each with how a device tries the same. */
const QUESTIONS: { action: string; resource: string; attempt: (device: MqttjsDevice) => Promise<unknown> }[] = [
  ...['lab/probe/data', 'lab/probe/locked', 'lab/other/data', 'public'].map((topic) => ({
    action: 'iot:Publish',
    resource: arn(`topic/${topic}`),
    attempt: (device: MqttjsDevice) => tryPublish(device, topic),
  })),
  ...['lab/probe/+', 'lab/probe/#', 'lab/+/x', 'public/#'].map((filter) => ({
    action: 'iot:Subscribe',
    resource: arn(`topicfilter/${filter}`),
    attempt: (device: MqttjsDevice) => trySubscribe(device, filter),
  })),
];

interface Tested {
  readonly results: { action: string; resource: string; decision: string; remedy: { __typename: string } | null }[];
}

const RESULTS = 'results { action resource decision remedy { __typename } }';

/** Questions to the evaluator, without a device. */
export function describeAuthorizationStory(worldOf: () => IdentityWorld): void {
  describe('the evaluator', () => {
    let certificate: DeviceCertificate;

    const questions = [
      ...QUESTIONS.map(({ action, resource }) => ({ action, resources: [resource] })),
      { action: 'iot:Connect', resources: [arn('client/probe')] },
    ];

    /** What the broker does with the same on a new connection. */
    const triedOut = async (): Promise<boolean[]> => {
      const identity = { clientId: 'probe', url: worldOf().node(1).mqtts, certificate };
      const device = worldOf().keep(await connectMqttjs(identity, { protocolVersion: 5 }));
      const outcomes: boolean[] = [];
      for (const { attempt } of QUESTIONS) outcomes.push((await attempt(device)) === undefined);
      await device.disconnect();
      return [...outcomes, true];
    };

    beforeAll(async () => {
      certificate = await worldOf().operator.enrolWithPolicy('probe', STATEMENTS);
    });

    it('answers as the broker does what a device may do (testAuthorization)', async () => {
      const { testAuthorization } = await worldOf().operator.graphql.run<{ testAuthorization: Tested }>(
        `query ($input: TestAuthorizationInput!) { testAuthorization(input: $input) { ${RESULTS} } }`,
        { input: { principal: certificate.certificateArn, context: { clientId: 'probe' }, questions } },
      );
      const { results } = testAuthorization;
      expect(results.map(({ decision }) => decision)).toEqual([
        'ALLOWED',
        'EXPLICIT_DENY',
        'IMPLICIT_DENY',
        'IMPLICIT_DENY',
        'ALLOWED',
        'IMPLICIT_DENY',
        'IMPLICIT_DENY',
        'IMPLICIT_DENY',
        'ALLOWED',
      ]);
      expect(results.map(({ decision }) => decision === 'ALLOWED')).toEqual(await triedOut());
      expect(results.slice(0, 3).map(({ remedy }) => remedy?.__typename)).toEqual([
        undefined,
        'ChangeStatement',
        'AddStatement',
      ]);
    });

    it('answers that a device may not connect under the name of another, as the broker does', async () => {
      const { testAuthorization } = await worldOf().operator.graphql.run<{ testAuthorization: Tested }>(
        `query ($input: TestAuthorizationInput!) { testAuthorization(input: $input) { ${RESULTS} } }`,
        {
          input: {
            principal: certificate.certificateId,
            context: { clientId: 'other' },
            questions: [{ action: 'CONNECT', resources: [arn('client/other')] }],
          },
        },
      );
      expect(testAuthorization.results).toMatchObject([{ action: 'iot:Connect', decision: 'IMPLICIT_DENY' }]);
      const identity = { clientId: 'other', url: worldOf().node().mqtts, certificate };
      await expect(refusedConnect(identity)).resolves.toMatchObject({ packets: [{ cmd: 'connack' }] });
    });

    it('answers for a policy that nobody has saved as the broker does when it is (testPolicy)', async () => {
      const { operator } = worldOf();
      const unsaved = policyOf([...UNSAVED, allow('iot:Connect', 'client/probe')]);
      const { testPolicy } = await operator.graphql.run<{ testPolicy: Tested }>(
        `query ($input: TestPolicyInput!) { testPolicy(input: $input) { ${RESULTS} } }`,
        {
          input: {
            document: unsaved,
            principal: certificate.certificateArn,
            context: { clientId: 'probe' },
            questions,
          },
        },
      );
      const allowed = testPolicy.results.map(({ decision }) => decision === 'ALLOWED');
      expect(allowed).toEqual([false, true, false, true, false, false, false, true, true]);
      const { policy } = await operator.graphql.run<{ policy: { versions: unknown[] } }>(
        '{ policy(name: "probe") { versions { versionId } } }',
      );
      expect(policy.versions).toHaveLength(1);
      await operator.changePolicy('probe', unsaved['Statement'] as Json[]);
      await expect(triedOut()).resolves.toEqual(allowed);
    });

    it.each<[string, string, Json]>([
      ['a topic where a topic filter belongs', 'TopicForTopicFilter', allow('iot:Subscribe', 'topic/a/b')],
      ['# where * belongs', 'MqttWildcardInTopic', allow('iot:Publish', 'topic/a/#')],
      ['a Connect as anybody', 'WildcardConnect', allow('iot:Connect', 'client/*')],
      ['a variable that is none', 'UnknownContextKey', allow('iot:Publish', 'topic/${iot:Thing.Name}')],
      [
        'a variable that can never have a value',
        'UnresolvableContextKey',
        allow('iot:Publish', 'topic/${credentials-iot:ThingName}'),
      ],
    ])('warns of %s, saying where and what to write', async (_name, code, statement) => {
      const document = JSON.stringify(policyOf([statement]), undefined, 2);
      const { lintPolicy } = await worldOf().operator.graphql.run<{ lintPolicy: Json[] }>(
        'query ($document: JSON!) { lintPolicy(document: $document) { code message statementIndex field line column } }',
        { document },
      );
      expect(lintPolicy).toContainEqual({
        code,
        message: expect.any(String),
        statementIndex: 0,
        field: expect.stringContaining('Resource'),
        line: expect.any(Number),
        column: expect.any(Number),
      });
    });

    it('has no warning for a policy as it should be', async () => {
      const { lintPolicy } = await worldOf().operator.graphql.run<{ lintPolicy: Json[] }>(
        'query ($document: JSON!) { lintPolicy(document: $document) { code message } }',
        {
          document: policyOf([
            allow('iot:Connect', `client/${THING}`),
            allow(['iot:Publish', 'iot:Receive'], `topic/lab/${THING}/*`),
            allow('iot:Subscribe', `topicfilter/lab/${THING}/*`),
          ]),
        },
      );
      expect(lintPolicy).toEqual([]);
    });
  });
}
