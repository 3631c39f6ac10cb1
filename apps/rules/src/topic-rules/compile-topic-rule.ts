import { compileFunction } from 'node:vm';
import type { TopicRulePayload } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { type CompiledRule, compileRule, type ExternalFunctionName } from '#thingcore/rules-sql';
import { checkTopicFilter } from '#thingcore/topics';
import type { ActionKind, CompiledAction } from '../actions/action.js';
import { parseAction } from '../actions/parse-action.js';
import { refuseUnsupported } from '../external-functions/supported-functions.js';

/** A rule, checked and ready to run. */
export interface CompiledTopicRule {
  readonly ruleName: string;
  /** What stands after FROM; undefined for a rule that only Basic Ingest reaches. */
  readonly topicFilter: string | undefined;
  /** Whether its actions are not run but only counted: mode `SHADOW`. */
  readonly isMuted: boolean;
  readonly statement: CompiledRule;
  readonly actions: readonly CompiledAction[];
  readonly errorAction: CompiledAction | undefined;
  /** The external functions that the statement and the templates of the actions call. */
  readonly functions: ReadonlySet<ExternalFunctionName>;
}

/**
 * Checks the whole document of a rule and compiles it. Errors: `SqlParse` with details `line` and `column`;
 * `InvalidRequest` with details `field`; `NotImplemented` for actions and functions of AWS that do not exist here.
 */
export function compileTopicRule(
  ruleName: string,
  { sql, awsIotSqlVersion, mode, actions, errorAction }: TopicRulePayload,
  kinds: readonly ActionKind[],
): CompiledTopicRule {
  const statement = compileRule(sql, { sqlVersion: awsIotSqlVersion, compileCode: compileFunction });
  for (const name of statement.needs) refuseUnsupported(name, 'sql');
  const functions = new Set(statement.needs);
  const options = { sqlVersion: awsIotSqlVersion, variables: statement.variables };
  const context = { ruleName, kinds, options, functions };
  return {
    ruleName,
    topicFilter: checkedFilter(statement),
    isMuted: mode === 'SHADOW',
    statement,
    actions: actions.map((action, index) => parseAction(action, `actions[${index}]`, context)),
    errorAction: errorAction && parseAction(errorAction, 'errorAction', context),
    functions,
  };
}

/** All actions of a rule, that for errors last. */
export function allActions({ actions, errorAction }: CompiledTopicRule): readonly CompiledAction[] {
  return errorAction === undefined ? actions : [...actions, errorAction];
}

/**
 * Refuses a rule that cannot be done in this installation with the first reason why: `InvalidRequest`.
 *
 * @param whyNot why an external function cannot be called here; undefined when it can
 */
export function refuseUnavailable(
  rule: CompiledTopicRule,
  whyNot: (name: ExternalFunctionName) => string | undefined,
): void {
  for (const { key, unavailable } of allActions(rule)) {
    if (unavailable === undefined) continue;
    const problem = `The action ${key} cannot be used: ${unavailable}`;
    throw new IotError('InvalidRequest', problem, { details: { action: key } });
  }
  for (const name of rule.functions) {
    const reason = whyNot(name);
    if (reason === undefined) continue;
    const problem = `The function ${name} cannot be called: ${reason}`;
    throw new IotError('InvalidRequest', problem, { details: { function: name } });
  }
}

/** AWS: FROM may be left out when a rule is reached through Basic Ingest only. */
function checkedFilter({ topicFilter }: CompiledRule): string | undefined {
  if (topicFilter === undefined) return undefined;
  const problem = checkTopicFilter(topicFilter);
  if (problem !== undefined) throw filterError(problem);
  // AWS: nobody can subscribe to Basic Ingest topics, neither clients nor rules.
  if (topicFilter.startsWith('$aws/rules/')) throw filterError(`"${topicFilter}" is not open to rules`);
  if (topicFilter.startsWith('$share/')) {
    throw filterError(`"${topicFilter}" is a shared subscription; write the filter without $share/<name>/`);
  }
  return topicFilter;
}

function filterError(problem: string): IotError {
  return new IotError('InvalidRequest', `sql: ${problem}`, { details: { field: 'sql' } });
}
