import {
  type AuthorizationResult,
  type ParsedRequestOf,
  type testAuthorization,
  toAuthorizationRemedy,
  toAuthorizationResult,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import {
  type BoundPolicies,
  type CompiledPolicySet,
  explainDecision,
  parseArn,
  type PolicyContext,
  suggestAllowance,
} from '#thingcore/policy';

/** What is asked: an action on resources. */
export type PolicyQuestion = ParsedRequestOf<typeof testAuthorization>['questions'][number];

/** What the policies answer to all questions. */
export interface PolicyAnswers {
  readonly results: AuthorizationResult[];
  /** The context keys that statements about these actions name and that have no value, each once. */
  readonly missingContextValues: string[];
}

/** AWS: TestAuthorization, `actionType`. */
const ACTION_TYPES: Readonly<Record<string, string>> = {
  CONNECT: 'iot:Connect',
  PUBLISH: 'iot:Publish',
  SUBSCRIBE: 'iot:Subscribe',
  RECEIVE: 'iot:Receive',
};

/** Asks policies as a connection with this context would, and has every answer proven. */
export function askPolicies(
  policies: CompiledPolicySet,
  context: PolicyContext,
  questions: readonly PolicyQuestion[],
): PolicyAnswers {
  questions.forEach(checkResources);
  const { connectAttributes: _attributes, lastWillTopic: _will, ...ofConnection } = context;
  const connecting = policies.bind(context);
  const connected = policies.bind(ofConnection);
  const asked = questions.map(({ action, resources }) => {
    const name = ACTION_TYPES[action] ?? action;
    // What a client asks for in its CONNECT decides about that alone; a condition on it never holds later.
    return { action: name, resources, bound: name.toLowerCase() === 'iot:connect' ? connecting : connected };
  });
  return {
    results: asked.flatMap(({ action, resources, bound }) =>
      resources.map((resource) => answer(bound, action, resource)),
    ),
    missingContextValues: [...new Set(asked.flatMap(({ action, bound }) => bound.missingContextValues(action)))],
  };
}

function answer(policies: BoundPolicies, action: string, resource: string): AuthorizationResult {
  const suggestion = suggestAllowance(policies, action, resource);
  return toAuthorizationResult(
    explainDecision(policies, action, resource),
    suggestion === undefined ? undefined : toAuthorizationRemedy(suggestion),
  );
}

function checkResources({ resources }: PolicyQuestion, index: number): void {
  const at = resources.findIndex((resource) => resource !== '*' && parseArn(resource) === undefined);
  if (at === -1) return;
  throw new IotError(
    'InvalidRequest',
    `"${resources[at]}" is no resource: give an ARN such as arn:aws:iot:us-east-1:123456789012:topic/site/a, or "*"`,
    { details: { field: `questions.${index}.resources.${at}` } },
  );
}
