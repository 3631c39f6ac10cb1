import type {
  AuthDecision,
  AuthInfo,
  AuthResult,
  TestAuthorizationRequest,
  TestAuthorizationResponse,
} from '@aws-sdk/client-iot';
import { type AuthorizationResult, testAuthorization } from '#thingcore/contracts';
import { iotArn } from '#thingcore/policy';
import { type FieldNames, inTermsOf } from '../../errors/field-names.js';
import type { Installation } from '../installation.js';
import { handler, type OperationHandlers } from '../operation-handler.js';
import { refuse } from './members.js';

/** The decision on several resources together is the first of these that there is. */
const STRICTEST_FIRST = ['EXPLICIT_DENY', 'IMPLICIT_DENY', 'ALLOWED'] as const satisfies AuthDecision[];

/** AWS: Control plane, what policies would decide. */
export const authorizationHandlers: OperationHandlers = {
  TestAuthorization: handler<TestAuthorizationRequest, TestAuthorizationResponse>(
    'viewer',
    async ({ rpc, installation }, { authInfos, principal, clientId, cognitoIdentityPoolId, ...names }) => {
      refuse(cognitoIdentityPoolId, 'cognitoIdentityPoolId');
      const { policyNamesToAdd, policyNamesToSkip } = names;
      const asked = rpc.call(testAuthorization, {
        ...{ principal, policyNamesToAdd, policyNamesToSkip },
        context: { clientId },
        // The contract refuses what has no action or resource.
        questions: authInfos.map(({ actionType, resources }) => ({
          action: actionType ?? '',
          resources: resources ?? [],
        })),
      });
      const { results, missingContextValues } = await inTermsOf(fieldsOf(authInfos), asked);
      const answers = [...results];
      // The answers are in the order of the questions, one for each resource.
      const authResults = authInfos.map((authInfo) => {
        const ofInfo = answers.splice(0, authInfo.resources?.length ?? 0);
        return toAuthResult(installation, authInfo, ofInfo, missingContextValues);
      });
      return { authResults };
    },
  ),
};

function toAuthResult(
  { scope }: Installation,
  authInfo: AuthInfo,
  results: readonly AuthorizationResult[],
  missingContextValues: string[],
): AuthResult {
  const deciding = (decision: AuthDecision) => {
    const statements = results.filter((result) => result.decision === decision).flatMap((result) => result.statements);
    const policyNames = [...new Set(statements.map(({ statement }) => statement.policyName))];
    return {
      policies: policyNames.map((policyName) => ({ policyName, policyArn: iotArn(scope, 'policy', policyName) })),
    };
  };
  return {
    authInfo,
    allowed: deciding('ALLOWED'),
    denied: { implicitDeny: deciding('IMPLICIT_DENY'), explicitDeny: deciding('EXPLICIT_DENY') },
    authDecision: STRICTEST_FIRST.find((decision) => results.some((result) => result.decision === decision)),
    missingContextValues,
  };
}

function fieldsOf(authInfos: readonly AuthInfo[]): FieldNames {
  const actions = authInfos.map((_info, index) => [`questions.${index}.action`, `authInfos.${index}.actionType`]);
  return {
    questions: 'authInfos',
    'context.clientId': 'clientId',
    ...(Object.fromEntries(actions) as FieldNames),
  };
}
