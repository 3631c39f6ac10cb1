import { lintPolicyDocument, type PolicyWarning } from '../index.js';

/** Where the linted policies belong. */
const scope = { region: 'eu-test-1', account: '111111111111' };

/** The beginning of every ARN of that place. */
export const ARN = 'arn:aws:iot:eu-test-1:111111111111:';

/** The variable that ties a statement to the thing that is connected. */
export const THING = '${iot:Connection.Thing.ThingName}';

/** A statement as it stands in a document. */
export type Statement = Record<string, unknown>;

/** A statement that allows. */
export const allow = (Action: unknown, Resource: unknown, more: Statement = {}): Statement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});

/** A statement that denies. */
export const deny = (Action: unknown, Resource: unknown, more: Statement = {}): Statement => ({
  ...allow(Action, Resource, more),
  Effect: 'Deny',
});

/** What a subscription is of no use without. */
export const receive = allow('iot:Receive', `${ARN}topic/*`);

/** A condition of one key. */
export const when = (operator: string, key: string, value: unknown) => ({
  Condition: { [operator]: { [key]: value } },
});

/** The text of a document of these statements. */
export function textOf(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements }, undefined, 2);
}

/** The warnings of a document of these statements. */
export function lint(...statements: Statement[]): readonly PolicyWarning[] {
  return lintPolicyDocument(textOf(statements), { scope });
}
