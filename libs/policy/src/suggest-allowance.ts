import { IotError } from '#thingcore/errors';
import { parseArn } from './arn.js';
import { type BoundPolicies } from './bound-policies.js';
import { type StatementReference } from './bound-statement.js';
import { parseTemplate, resolveTemplate } from './template.js';

/** A statement as it stands in a document. Plain JSON. */
export interface AllowStatement {
  readonly Effect: 'Allow';
  readonly Action: string;
  readonly Resource: string;
}

/** A statement that turns a denial into an allowance. */
export interface Addition {
  /** Allows the action that was denied on the resource it was denied on, and nothing else. */
  readonly statement: AllowStatement;
  /**
   * The same for every device: the name of the thing or client is a variable. Absent when the resource does not contain
   * it as whole levels, or when the variable would not stand for it in this context.
   */
  readonly generalized?: AllowStatement;
}

/** What would allow something that is denied: a statement more, or another statement changed. Plain JSON. */
export type AllowanceSuggestion =
  | ({ readonly kind: 'add' } & Addition)
  | {
      readonly kind: 'change';
      /** The Deny that decided: as long as it stands, no addition helps. */
      readonly statement: StatementReference;
      /** Further Deny statements that match, in the order in which they would decide. */
      readonly others: readonly StatementReference[];
      /** What must be added besides, because no Allow matches either. */
      readonly add?: Addition;
    };

/** What can be asked for: no wildcard, or the answer would allow more than the question. */
const ONE_ACTION = /^[a-zA-Z0-9-]+:[a-zA-Z0-9]+$/;

/** Where a `$` could begin a variable or an escape; elsewhere, as in `$aws`, it is an ordinary character. */
const SPECIAL = /[*?]|\$(?=[{*?$])/g;

/** The names by which policies call the device. That of the thing is proven by its attachment. */
const THING_NAME = 'iot:Connection.Thing.ThingName';
const CLIENT_ID = 'iot:ClientId';

/** Where the topics of a thing have its name: another level that reads like the thing is not meant. */
const THING_TOPICS = '$aws/things/';
const THING_LEVEL = 2;

/**
 * Finds the smallest change of policies that would allow what they deny; `undefined` when they allow it. Throws
 * `InvalidRequest` when action or resource are not those of one request: an action has no wildcard, and a resource is an
 * ARN or, for actions that know no single resource, `*`.
 */
export function suggestAllowance(
  policies: BoundPolicies,
  action: string,
  resource: string,
): AllowanceSuggestion | undefined {
  if (policies.decide(action, resource).decision === 'ALLOWED') return undefined;
  const matching = policies.statements().filter((bound) => bound.mismatch(action, resource) === undefined);
  const [statement, ...others] = matching
    .map((bound) => bound.statement.reference)
    .filter(({ effect }) => effect === 'Deny');
  if (statement === undefined) return { kind: 'add', ...addition(policies, action, resource) };
  const isAllowedOtherwise = matching.some((bound) => bound.statement.reference.effect === 'Allow');
  const add = isAllowedOtherwise ? {} : { add: addition(policies, action, resource) };
  return { kind: 'change', statement, others, ...add };
}

function addition(policies: BoundPolicies, action: string, resource: string): Addition {
  if (!ONE_ACTION.test(action)) throw refusal(`"${action}" is not one action; ask for example for "iot:Publish"`);
  const arn = parseArn(resource);
  if (arn === undefined && resource !== '*') {
    throw refusal(`"${resource}" is no resource; ask for an ARN, or "*" for an action that knows no single resource`);
  }
  const allow = (pattern: string): AllowStatement => ({ Effect: 'Allow', Action: action, Resource: pattern });
  if (arn === undefined) return { statement: allow('*') };
  const general = deviceVariables(policies, arn.kind)
    .map((variable) => generalize(policies, resource, arn.name, variable))
    .find((pattern) => pattern !== undefined);
  return { statement: allow(literally(resource)), ...(general === undefined ? {} : { generalized: allow(general) }) };
}

/**
 * The variables for the device; those that the policies use already come first, so that an addition looks like the rest.
 * A client id proves nothing: `client/${iot:ClientId}` would admit every client under every name.
 */
function deviceVariables(policies: BoundPolicies, kind: string): string[] {
  if (kind === 'client') return [THING_NAME];
  const used = new Set(
    policies.statements().flatMap(({ statement }) => statement.variables.map((name) => name.toLowerCase())),
  );
  const isUsed = (name: string): number => (used.has(name.toLowerCase()) ? 0 : 1);
  return [THING_NAME, CLIENT_ID].sort((a, b) => isUsed(a) - isUsed(b));
}

/** Puts the variable where the name of a resource has its value; `undefined` when that is nowhere or means another. */
function generalize(policies: BoundPolicies, resource: string, name: string, variable: string): string | undefined {
  const value = policies.lookup(variable);
  if (value === undefined || value === '') return undefined;
  const spelled = `\${${variable}}`;
  const pattern = literally(resource.slice(0, resource.length - name.length)) + replaceLevels(name, value, spelled);
  return pattern.includes(spelled) && standsFor(policies, pattern, resource) ? pattern : undefined;
}

function replaceLevels(name: string, value: string, spelled: string): string {
  if (name === value) return spelled; // a client id may contain slashes
  const isThingTopic = name.startsWith(THING_TOPICS);
  return name
    .split('/')
    .map((level, at) => (level === value && (!isThingTopic || at === THING_LEVEL) ? spelled : literally(level)))
    .join('/');
}

/** Whether a pattern means the resource in this context, and nothing else. */
function standsFor(policies: BoundPolicies, pattern: string, resource: string): boolean {
  const resolution = resolveTemplate(parseTemplate(pattern), (variable) => policies.lookup(variable));
  if (resolution.kind === 'unresolved') return false;
  const literals = resolution.tokens.filter((token) => typeof token === 'string');
  return literals.length === resolution.tokens.length && literals.join('') === resource;
}

/** Spells a text so that it stands for itself only. */
function literally(text: string): string {
  return text.replace(SPECIAL, '${$&}');
}

function refusal(message: string): IotError {
  return new IotError('InvalidRequest', message);
}
