import { parseTemplate, variablesOf } from '../template.js';
import { KNOWN_ACTIONS } from './known-actions.js';
import { KEY_SPELLINGS, type KnownKey, knownKey } from './known-context-keys.js';
import { nearestName } from '../nearest-name.js';
import { type Finding } from './policy-warning.js';
import { type StatementFacts } from './statement-facts.js';

const EXAMPLES = ['iot:ClientId', 'iot:Connection.Thing.ThingName', 'iot:Certificate.Subject.CommonName'].join(', ');

type Problem = Pick<Finding, 'code' | 'message'>;

/** Variables in resources and conditions. */
export function* variables(facts: StatementFacts): Generator<Finding> {
  const { index, statement, resourceMember } = facts;
  const texts = [
    ...statement.resources.map((text, at) => ({ text, steps: [resourceMember, at] })),
    ...statement.conditions.flatMap(({ operator, key, values }) =>
      values.map((text, at) => ({ text, steps: ['Condition', operator.name, key, at] })),
    ),
  ];
  for (const { text, steps } of texts) {
    for (const name of new Set(variablesOf(parseTemplate(text)))) {
      const problem = variableProblem(name, facts);
      if (problem !== undefined) yield { ...problem, statementIndex: index, steps };
    }
  }
}

function variableProblem(name: string, facts: StatementFacts): Problem | undefined {
  const spelled = `\${${name}}`;
  const key = knownKey(name);
  if (key === undefined) return unknown(`variable ${spelled}`, name, (similar) => `\${${similar}}`);
  const effect = 'what contains it never matches';
  if (key.isSet === true) {
    const reason = 'it has a set of values, of which none can be put in its place; ask for it in a condition';
    return { code: 'UnresolvableContextKey', message: `${spelled} never has a value: ${reason}` };
  }
  const never = whyNever(key, facts);
  if (never !== undefined) {
    return { code: 'UnresolvableContextKey', message: `${spelled} never has a value here, so ${effect}: ${never}` };
  }
  return name === key.spelling ? undefined : unusual(spelled, `\${${key.spelling}}`);
}

/** The keys of conditions. */
export function* conditionKeys(facts: StatementFacts): Generator<Finding> {
  for (const { operator, key: name } of facts.statement.conditions) {
    const problem = keyProblem(name, facts, operator.family === 'Null' || operator.isIfExists);
    if (problem === undefined) continue;
    yield { ...problem, statementIndex: facts.index, steps: ['Condition', operator.name, name] };
  }
}

function keyProblem(name: string, facts: StatementFacts, mayBeAbsent: boolean): Problem | undefined {
  const key = knownKey(name);
  if (key === undefined) return unknown(`condition key "${name}"`, name, (similar) => `"${similar}"`);
  const never = whyNever(key, facts);
  if (never !== undefined && !mayBeAbsent) {
    return { code: 'UnresolvableContextKey', message: `"${name}" never has a value here: ${never}` };
  }
  return name === key.spelling ? undefined : unusual(`"${name}"`, `"${key.spelling}"`);
}

function whyNever(key: KnownKey, { actions }: StatementFacts): string | undefined {
  if (key.neverBecause !== undefined) return key.neverBecause;
  if (actions.length === 0) return undefined; // nothing is known of the requests
  if (key.isConnectOnly === true && !actions.includes('iot:Connect')) {
    return 'it is known only when iot:Connect is decided; move it to a statement about iot:Connect';
  }
  if (key.isMqttOnly !== true || actions.some((action) => KNOWN_ACTIONS[action]?.isMqtt)) return undefined;
  return `only an MQTT connection has it, and ${actions.join(', ')} is asked over HTTP; name the resource, or use a variable of the certificate`;
}

function unknown(what: string, name: string, spell: (similar: string) => string): Problem {
  const similar = nearestName(name, KEY_SPELLINGS) ?? KEY_SPELLINGS.find((key) => endOf(key) === endOf(name));
  const hint = similar === undefined ? `names are for example ${EXAMPLES}` : `did you mean ${spell(similar)}?`;
  return { code: 'UnknownContextKey', message: `There is no ${what}; ${hint}` };
}

/** What people remember of a name: `ThingName` of `iot:Connection.Thing.ThingName`. */
function endOf(name: string): string {
  return name.slice(Math.max(name.lastIndexOf('.'), name.lastIndexOf(':')) + 1).toLowerCase();
}

function unusual(found: string, usual: string): Problem {
  return {
    code: 'UnusualSpelling',
    message: `${found} is spelled ${usual}; other cases are understood here, but need not be elsewhere`,
  };
}
