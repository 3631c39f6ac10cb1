import { type AuthInfo, TestAuthorizationCommand } from '@aws-sdk/client-iot';
import { type AuthorizationResult, testAuthorization } from '#thingcore/contracts';
import { aCertificate, aPolicy } from '../../registry.fixture.js';
import { call, describeArea } from './area.fixture.js';

const PRINCIPAL = aCertificate('a').certificateArn;
const ARN = 'arn:aws:iot:us-east-1:123456789012';
const [A, B] = [`${ARN}:topic/a`, `${ARN}:topic/b`];
const PUBLISH: AuthInfo = { actionType: 'PUBLISH', resources: [A, B] };
const CONNECT: AuthInfo = { actionType: 'CONNECT', resources: [`${ARN}:client/lamp`] };
const invalid = { error: 'InvalidRequestException', status: 400 };

function aResult(decision: AuthorizationResult['decision'], policyNames: string[]): AuthorizationResult {
  return {
    action: 'iot:Publish',
    resource: A,
    decision,
    summary: 'why',
    statements: policyNames.map((policyName) => ({
      statement: {
        policyName,
        index: 0,
        effect: decision === 'EXPLICIT_DENY' ? ('Deny' as const) : ('Allow' as const),
      },
      patterns: [],
      variables: [],
    })),
  };
}

const named = (...names: string[]) => ({
  policies: names.map((name) => ({ policyName: name, policyArn: aPolicy(name).policyArn })),
});

/** What AWS SDKs expect of authorization. */
export function describeAuthorization(): void {
  describeArea(
    'what policies would decide',
    [
      {
        name: 'TestAuthorization: a result for each question, with the strictest decision on its resources',
        send: (iot) =>
          iot.send(
            new TestAuthorizationCommand({
              principal: PRINCIPAL,
              clientId: 'lamp',
              authInfos: [PUBLISH, CONNECT],
              policyNamesToAdd: ['more'],
              policyNamesToSkip: ['less'],
            }),
          ),
        calls: [
          call(
            testAuthorization,
            {
              principal: PRINCIPAL,
              context: { clientId: 'lamp' },
              questions: [
                { action: 'PUBLISH', resources: [A, B] },
                { action: 'CONNECT', resources: [`${ARN}:client/lamp`] },
              ],
              policyNamesToAdd: ['more'],
              policyNamesToSkip: ['less'],
            },
            {
              results: [
                aResult('ALLOWED', ['site', 'site', 'more']),
                aResult('EXPLICIT_DENY', ['guard']),
                aResult('IMPLICIT_DENY', ['site']),
              ],
              missingContextValues: ['aws:SourceIp'],
            },
          ),
        ],
        output: {
          authResults: [
            {
              authInfo: PUBLISH,
              allowed: named('site', 'more'),
              denied: { implicitDeny: named(), explicitDeny: named('guard') },
              authDecision: 'EXPLICIT_DENY',
              missingContextValues: ['aws:SourceIp'],
            },
            {
              authInfo: CONNECT,
              allowed: named(),
              denied: { implicitDeny: named('site'), explicitDeny: named() },
              authDecision: 'IMPLICIT_DENY',
              missingContextValues: ['aws:SourceIp'],
            },
          ],
        },
      },
      {
        name: 'TestAuthorization of policies without a principal',
        send: (iot) => iot.send(new TestAuthorizationCommand({ authInfos: [CONNECT], policyNamesToAdd: ['site'] })),
        calls: [
          call(
            testAuthorization,
            {
              context: {},
              questions: [{ action: 'CONNECT', resources: [`${ARN}:client/lamp`] }],
              policyNamesToAdd: ['site'],
            },
            { results: [aResult('ALLOWED', ['site'])], missingContextValues: [] },
          ),
        ],
        output: {
          authResults: [
            {
              authInfo: CONNECT,
              allowed: named('site'),
              denied: { implicitDeny: named(), explicitDeny: named() },
              authDecision: 'ALLOWED',
              missingContextValues: [],
            },
          ],
        },
      },
    ],
    [
      {
        name: 'an action that is none',
        send: (iot) =>
          iot.send(
            new TestAuthorizationCommand({ authInfos: [CONNECT, { actionType: 'FLY' as 'CONNECT', resources: [A] }] }),
          ),
        message: /"authInfos.1.actionType"/,
        ...invalid,
      },
      {
        name: 'no question',
        send: (iot) => iot.send(new TestAuthorizationCommand({ authInfos: [] })),
        message: /"authInfos"/,
        ...invalid,
      },
      {
        name: 'a question about nothing',
        send: (iot) =>
          iot.send(new TestAuthorizationCommand({ authInfos: [{ actionType: 'CONNECT', resources: [] }] })),
        message: /"authInfos.0.resources"/,
        ...invalid,
      },
      {
        name: 'an identity pool',
        send: (iot) => iot.send(new TestAuthorizationCommand({ authInfos: [CONNECT], cognitoIdentityPoolId: 'pool' })),
        message: /'cognitoIdentityPoolId' is not supported/,
        ...invalid,
      },
    ],
  );
}
