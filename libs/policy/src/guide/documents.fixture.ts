import {
  type ArnKind,
  type BoundPolicies,
  compilePolicies,
  type Decision,
  iotArn,
  parsePolicyDocument,
  type PolicyContext,
} from '../index.js';

/** Where the examples live. */
export const scope = { region: 'eu-test-1', account: '111111111111' };

/** A statement as it stands in a document. */
export type Statement = Readonly<Record<string, unknown>>;

/** The ARN of an example. */
export function arn(kind: ArnKind, name: string): string {
  return iotArn(scope, kind, name);
}

/** An Allow. */
export function allow(Action: unknown, Resource: unknown, more: Statement = {}): Statement {
  return { Effect: 'Allow', Action, Resource, ...more };
}

/** A Deny. */
export function deny(Action: unknown, Resource: unknown, more: Statement = {}): Statement {
  return { Effect: 'Deny', Action, Resource, ...more };
}

/** A condition with one operator on one key. */
export function when(operator: string, key: string, values: unknown): Statement {
  return { Condition: { [operator]: { [key]: values } } };
}

/** Binds one policy with these statements. */
export function bind(statements: readonly Statement[], context: PolicyContext = {}): BoundPolicies {
  if (statements.length === 0) return compilePolicies([]).bind(context);
  const document = parsePolicyDocument(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
  return compilePolicies([{ policyName: 'p', document }]).bind(context);
}

/** Decides by one policy with these statements. */
export function decide(
  statements: readonly Statement[],
  action: string,
  resource: string,
  context: PolicyContext = {},
): Decision['decision'] {
  return bind(statements, context).decide(action, resource).decision;
}
