import { type ArnScope } from '../arn.js';
import { parseTemplate } from '../template.js';
import { actionsOf, KNOWN_ACTIONS, kindsOf } from './known-actions.js';
import { nearestName } from '../nearest-name.js';
import { type Finding, type PolicyWarningCode } from './policy-warning.js';
import { type ResourceFacts, type StatementFacts } from './statement-facts.js';

const TOPIC_ACTIONS = ['iot:Publish', 'iot:Receive', 'iot:RetainPublish', 'iot:GetRetainedMessage'];

/** Resources that no action of the statement is about. */
export function* strayResources({
  index,
  statement,
  actions,
  resources,
  ...facts
}: StatementFacts): Generator<Finding> {
  if (actions.length === 0) return;
  const kinds = kindsOf(actions);
  for (const [at, resource] of resources.entries()) {
    if ([...kinds].some((kind) => resource.mayBe(kind))) continue;
    const effect = statement.exceptResources ? 'so it excepts nothing' : 'so it never matches';
    yield {
      ...explainStray(resource, actions, kinds, effect),
      statementIndex: index,
      steps: [facts.resourceMember, at],
    };
  }
}

function explainStray(
  { pattern, kind, name = '' }: ResourceFacts,
  actions: readonly string[],
  kinds: ReadonlySet<string>,
  effect: string,
): Pick<Finding, 'code' | 'message'> {
  if (kind === 'topic' && actions.includes('iot:Subscribe')) {
    return {
      code: 'TopicForTopicFilter',
      message: `iot:Subscribe is asked for a topic filter, ${effect}; write "topicfilter/${name}"`,
    };
  }
  if (kind === 'topicfilter' && actions.some((action) => TOPIC_ACTIONS.includes(action))) {
    return {
      code: 'TopicFilterForTopic',
      message: `${actions.join(' and ')} is asked for a topic, ${effect}; write "topic/${withoutMqttWildcards(name)}"`,
    };
  }
  const similar = kind === undefined || kinds.has(kind) ? undefined : nearestName(kind, kinds);
  const forms = [...kinds].map((wanted) => (wanted === '*' ? '"*"' : `"${wanted}/..."`)).join(' or ');
  const fix = similar === undefined ? `it must be ${forms}` : `did you mean "${similar}/${name}"?`;
  return {
    code: 'NeverMatches',
    message: `No action of the statement is about "${pattern}", ${effect}; for ${list(actions)} ${fix}`,
  };
}

/** Actions that are named, but have no resource in their statement. */
export function* strayActions({ index, statement, resources, actions }: StatementFacts): Generator<Finding> {
  const used = kindsOf(actions);
  if (statement.exceptResources || !resources.some((resource) => [...used].some((kind) => resource.mayBe(kind))))
    return;
  for (const [at, pattern] of statement.actions.entries()) {
    const [action, ...more] = actionsOf(pattern);
    if (action === undefined || more.length > 0) continue; // unknown, or a wildcard that means all that fits
    const kinds = KNOWN_ACTIONS[action]?.kinds ?? [];
    if (resources.some((resource) => kinds.some((kind) => resource.mayBe(kind)))) continue;
    const [code, other] = confusedKind(action, resources);
    const forms = kinds.map((kind) => (kind === '*' ? '"*"' : `"${kind}/${other ?? '...'}"`)).join(' or ');
    yield {
      code,
      message: `No resource of the statement is one of ${action}, so the action never matches; add ${forms}`,
      statementIndex: index,
      steps: ['Action', at],
    };
  }
}

/** What stands there in the place of what the action needs. */
function confusedKind(action: string, resources: readonly ResourceFacts[]): [PolicyWarningCode, string | undefined] {
  const named = (kind: string): string | undefined => resources.find((resource) => resource.kind === kind)?.name;
  const topic = named('topic');
  if (action === 'iot:Subscribe' && topic !== undefined) return ['TopicForTopicFilter', topic];
  const filter = named('topicfilter');
  if (TOPIC_ACTIONS.includes(action) && filter !== undefined) {
    return ['TopicFilterForTopic', withoutMqttWildcards(filter)];
  }
  return ['NeverMatches', undefined];
}

/** `+` and `#` where they can only be meant as wildcards. */
export function* mqttWildcards({ index, actions, resources, resourceMember }: StatementFacts): Generator<Finding> {
  if (!kindsOf(actions).has('topic')) return; // then the whole resource is astray
  for (const [at, { kind, name = '' }] of resources.entries()) {
    const literals = parseTemplate(name).filter((token) => typeof token === 'string');
    if (kind !== 'topic' || !literals.some((text) => /[+#]/.test(text))) continue;
    yield {
      code: 'MqttWildcardInTopic',
      message: `"+" and "#" are ordinary characters in a policy, and no topic has them; write "topic/${withoutMqttWildcards(name)}"`,
      statementIndex: index,
      steps: [resourceMember, at],
    };
  }
}

/** Resources that are elsewhere. */
export function* otherScope({ index, resources, resourceMember }: StatementFacts, scope: ArnScope): Generator<Finding> {
  for (const [at, resource] of resources.entries()) {
    for (const part of ['region', 'account'] as const) {
      const found = resource[part];
      if (found === undefined || found === scope[part] || /[*?]|\$\{/.test(found)) continue;
      yield {
        code: 'OtherScope',
        message: `The ${part} of the resource is "${found}", but this is "${scope[part]}", so it never matches; write "${scope[part]}" or "*"`,
        statementIndex: index,
        steps: [resourceMember, at],
      };
    }
  }
}

function withoutMqttWildcards(name: string): string {
  return name.replace(/\$\{[^}]*\}|[+#]/g, (piece) => (piece.length === 1 ? '*' : piece));
}

function list(actions: readonly string[]): string {
  return actions.length > 3 ? 'its actions' : actions.join(', ');
}
