import type { TopicRulePayload } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { type CompiledRule, compileRule } from '#thingcore/rules-sql';
import { checkTopicFilter } from '#thingcore/topics';
import type { ActionKind, CompiledAction } from '../actions/action.js';
import { parseAction } from '../actions/parse-action.js';

/** A rule, checked and ready to run. */
export interface CompiledTopicRule {
  readonly ruleName: string;
  /** What stands after FROM. */
  readonly topicFilter: string;
  readonly statement: CompiledRule;
  readonly actions: readonly CompiledAction[];
  readonly errorAction: CompiledAction | undefined;
}

/**
 * Checks the whole document of a rule and compiles it. Errors: `SqlParse` with details `line` and `column`;
 * `InvalidRequest` with details `field`; `NotImplemented` for actions and functions of AWS that do not exist here.
 */
export function compileTopicRule(
  ruleName: string,
  { sql, awsIotSqlVersion, actions, errorAction }: TopicRulePayload,
  kinds: readonly ActionKind[],
): CompiledTopicRule {
  const statement = compileRule(sql, { sqlVersion: awsIotSqlVersion });
  const [external] = statement.needs;
  if (external !== undefined) {
    const problem = `sql: the function ${external} is not supported yet`;
    throw new IotError('NotImplemented', problem, { details: { field: 'sql' } });
  }
  const options = { sqlVersion: awsIotSqlVersion, variables: statement.variables };
  return {
    ruleName,
    topicFilter: checkedFilter(statement),
    statement,
    actions: actions.map((action, index) => parseAction(action, `actions[${index}]`, kinds, options)),
    errorAction: errorAction && parseAction(errorAction, 'errorAction', kinds, options),
  };
}

/** The first reason why the actions of a rule cannot be done in this installation: `InvalidRequest`. */
export function refuseUnavailable({ actions, errorAction }: CompiledTopicRule, kinds: readonly ActionKind[]): void {
  for (const { key } of errorAction === undefined ? actions : [...actions, errorAction]) {
    const reason = kinds.find((kind) => kind.key === key)?.unavailable;
    if (reason === undefined) continue;
    throw new IotError('InvalidRequest', `The action ${key} cannot be used: ${reason}`, { details: { action: key } });
  }
}

function checkedFilter({ topicFilter }: CompiledRule): string {
  if (topicFilter === undefined) {
    throw filterError(
      'the statement has no FROM; add FROM and a topic filter in quotes (Basic Ingest is not supported)',
    );
  }
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
