import { IotError, type JsonObject } from '#thingcore/errors';
import { compileRule, type ExternalFunctions, openMessage, type RuleEnvironment } from '#thingcore/rules-sql';
import type { ActionInput, ActionKind, CompiledAction } from './action.js';
import { parseAction } from './parse-action.js';

/** Compiles an action as the only one of a rule. */
export function compileAction(kind: ActionKind, config: JsonObject, path = 'actions[0]'): CompiledAction {
  const options = { sqlVersion: '2016-03-23' as const };
  return parseAction({ [kind.key]: config }, path, { ruleName: 'r', kinds: [kind], options, functions: new Set() });
}

/** The error with which an action is refused. */
export function refusal(compile: () => unknown): IotError {
  try {
    compile();
  } catch (error) {
    if (error instanceof IotError) return error;
    throw error;
  }
  throw new Error('the action was let through');
}

/** What a message is, and what the rule makes of it. */
export interface MessageOptions {
  readonly topic?: string;
  readonly sql?: string;
  readonly payload?: unknown;
  readonly functions?: Partial<ExternalFunctions>;
}

/** What a message gives to an action. A payload that is a Buffer stands for itself, any other for its JSON text. */
export async function actionInput(options: MessageOptions = {}): Promise<ActionInput> {
  const { topic = 'plant/p1', payload = { n: 1 }, functions, sql = "SELECT * FROM '#'" } = options;
  const message = openMessage({
    topic,
    payload: Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload)),
    protocol: 'mqtt',
    traceId: 'trace-1',
  });
  const environment: RuleEnvironment = {
    timestamp: 1_764_000_000_123,
    accountId: '123456789012',
    newUuid: () => '7e146a2c-95b5-4caf-98b9-50e3969734c7',
    random: () => 0.5,
    ...(functions && { functions }),
  };
  const result = await compileRule(sql).evaluate(message, environment);
  if (!result.matched) throw new Error(`the message must pass the rule: ${result.explanation}`);
  const { output: bytes, value, variables } = result;
  return { message, environment, variables, hops: 0, output: { bytes, value } };
}
