import { nearestName } from '../nearest-name.js';
import { actionsOf, KNOWN_ACTIONS } from './known-actions.js';
import { type Finding } from './policy-warning.js';
import { namesAllOf, type StatementFacts } from './statement-facts.js';

/** The keys that tie a client id to the one who connects with it. */
const IDENTIFYING_KEYS = ['iot:clientid', 'iot:connection.thing.isattached', 'iot:connection.thing.thingname'];

/** A resource that is whatever client id is asked for, so that it is `client/*` in disguise. */
const ITSELF = /:client\/\$\{\s*iot:clientid\s*\}$/i;

/** Actions that nothing asks for. */
export function* unknownActions({ index, statement }: StatementFacts): Generator<Finding> {
  for (const [at, pattern] of statement.actions.entries()) {
    if (actionsOf(pattern).length > 0) continue;
    const similar = nearestName(pattern, Object.keys(KNOWN_ACTIONS));
    yield {
      code: 'UnknownAction',
      message:
        similar === undefined
          ? `"${pattern}" is no action that a device can ask for, so it has no effect; the actions are ${Object.keys(KNOWN_ACTIONS).join(', ')}`
          : `There is no action "${pattern}"; did you mean "${similar}"?`,
      statementIndex: index,
      steps: ['Action', at],
    };
  }
}

/** An Allow without any restriction. */
export function* allowsEverything(facts: StatementFacts): Generator<Finding> {
  const at = findAllowOfEverything(facts);
  if (at === undefined) return;
  yield {
    code: 'AllowsEverything',
    message:
      'Whoever has this policy may do everything as anybody; allow the actions that are needed, on resources of their own such as "topic/site/${iot:Connection.Thing.ThingName}/*"',
    statementIndex: facts.index,
    steps: ['Resource', at],
  };
}

/** A Connect under any client id: who takes the id of another client ends its connection and gets its messages. */
export function* wildcardConnect(facts: StatementFacts): Generator<Finding> {
  const { statement, actions, resources, index, resourceMember } = facts;
  if (statement.effect !== 'Allow' || !actions.includes('iot:Connect')) return;
  if (findAllowOfEverything(facts) !== undefined) return; // said already
  const isTied = statement.conditions.some(
    ({ key, operator }) => IDENTIFYING_KEYS.includes(key.toLowerCase()) && !operator.isNegated && !operator.isIfExists,
  );
  if (isTied) return;
  const all = resources.findIndex((resource) => namesAllOf(resource, 'client') || ITSELF.test(resource.pattern));
  if ((all === -1) !== statement.exceptResources) return;
  yield {
    code: 'WildcardConnect',
    message:
      'Anybody with this policy may connect as any client and push others off; allow "client/${iot:Connection.Thing.ThingName}", or add the condition {"Bool": {"iot:Connection.Thing.IsAttached": "true"}}',
    statementIndex: index,
    steps: [resourceMember, Math.max(all, 0)],
  };
}

function findAllowOfEverything({ statement, resources }: StatementFacts): number | undefined {
  const isOpen = statement.effect === 'Allow' && !statement.exceptResources && statement.conditions.length === 0;
  if (!isOpen || !statement.actions.some((action) => /^(\*|iot:\*)$/i.test(action))) return undefined;
  const at = resources.findIndex(({ isEverything }) => isEverything);
  return at === -1 ? undefined : at;
}
