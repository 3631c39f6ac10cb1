import { compileGlob, parseGlob } from '../glob.js';
import { type Effect } from '../policy-document.js';
import { type Finding } from './policy-warning.js';
import { namesAllOf, type ResourceFacts, type StatementFacts } from './statement-facts.js';

type Statements = readonly StatementFacts[];

/** A Sid that is taken. */
export function* duplicateSids(statements: Statements): Generator<Finding> {
  const seen = new Map<string, number>();
  for (const { index, statement } of statements) {
    if (statement.sid === undefined) continue;
    const first = seen.get(statement.sid);
    seen.set(statement.sid, first ?? index);
    if (first === undefined) continue;
    yield {
      code: 'DuplicateSid',
      message: `Statement ${first} has the Sid "${statement.sid}" already; name each statement differently`,
      statementIndex: index,
      steps: ['Sid'],
    };
  }
}

/** Subscriptions that never bring anything. */
export function* subscribeWithoutReceive(statements: Statements): Generator<Finding> {
  const message =
    'Subscribing is allowed, but receiving is not: messages are dropped silently; add "iot:Receive" on "topic/..." unless another policy has it';
  yield* missingPartner(statements, 'iot:Subscribe', 'iot:Receive', { code: 'SubscribeWithoutReceive', message });
}

/** Retained messages that cannot be published. */
export function* retainWithoutPublish(statements: Statements): Generator<Finding> {
  const message =
    'A retained message needs "iot:Publish" as well as "iot:RetainPublish"; add "iot:Publish" unless another policy has it';
  yield* missingPartner(statements, 'iot:RetainPublish', 'iot:Publish', { code: 'RetainWithoutPublish', message });
}

function* missingPartner(
  statements: Statements,
  action: string,
  partner: string,
  problem: Pick<Finding, 'code' | 'message'>,
): Generator<Finding> {
  const [first] = about(statements, 'Allow', action);
  if (first === undefined || about(statements, 'Allow', partner).length > 0) return;
  yield { ...problem, statementIndex: first.index, steps: ['Action'] };
}

/**
 * AWS: "Using wildcard characters in MQTT and AWS IoT Core policies". Filters are compared as text: whoever may not
 * subscribe to `a/secret/x` can subscribe to `a/#`, and gets it unless receiving it is denied.
 */
export function* avoidableDenies(statements: Statements): Generator<Finding> {
  const allowsReceive = about(statements, 'Allow', 'iot:Receive');
  for (const { index, statement, resources, resourceMember } of about(statements, 'Deny', 'iot:Subscribe')) {
    if (statement.exceptResources) continue;
    for (const [at, resource] of resources.entries()) {
      const { name } = resource;
      if (resource.kind !== 'topicfilter' || name === undefined || namesAllOf(resource, 'topicfilter')) continue;
      const isReceiveDenied = about(statements, 'Deny', 'iot:Receive').some((other) => covers(other, name));
      const isReceiveAllowed = allowsReceive.length === 0 || allowsReceive.some((other) => covers(other, name));
      if (isReceiveDenied || !isReceiveAllowed) continue;
      yield {
        code: 'AvoidableDeny',
        message: `A wider filter such as "#" walks around this Deny, because filters are compared as text; deny "iot:Receive" on "topic/${name}" too`,
        statementIndex: index,
        steps: [resourceMember, at],
      };
    }
  }
}

function about(statements: Statements, effect: Effect, action: string): StatementFacts[] {
  return statements.filter(({ statement, actions }) => statement.effect === effect && actions.includes(action));
}

/** Whether a statement is about the topics that a pattern names, as far as patterns can be compared: as text. */
function covers({ statement, resources }: StatementFacts, name: string): boolean {
  return resources.some((resource) => coversName(resource, name)) !== statement.exceptResources;
}

function coversName(resource: ResourceFacts, name: string): boolean {
  if (resource.kind === undefined) return resource.mayBe('topic');
  return resource.kind === 'topic' && compileGlob(parseGlob(resource.name ?? '')).matches(name);
}
