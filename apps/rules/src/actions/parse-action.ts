import { IotError, type JsonObject, type JsonValue } from '#thingcore/errors';
import {
  compileTemplate,
  type CompiledTemplate,
  type ExternalFunctionName,
  type TemplateOptions,
} from '#thingcore/rules-sql';
import { refuseUnsupported } from '../external-functions/supported-functions.js';
import type { ActionKind, CompiledAction } from './action.js';
import { fieldError } from './parse-fields.js';

/** AWS: the action keys of TopicRulePayload. */
export const AWS_ACTIONS: ReadonlySet<string> = new Set([
  'cloudwatchAlarm',
  'cloudwatchLogs',
  'cloudwatchMetric',
  'dynamoDB',
  'dynamoDBv2',
  'elasticsearch',
  'firehose',
  'http',
  'influxDB',
  'iotAnalytics',
  'iotEvents',
  'iotSiteWise',
  'kafka',
  'kinesis',
  'lambda',
  'location',
  'openSearch',
  'republish',
  's3',
  'salesforce',
  'sns',
  'sqs',
  'stepFunctions',
  'timestream',
]);

/** What the actions of a rule have in common. */
export interface ActionsContext {
  readonly ruleName: string;
  readonly kinds: readonly ActionKind[];
  readonly options: TemplateOptions;
  /** Takes the external functions that the templates of the actions call. */
  readonly functions: Set<ExternalFunctionName>;
}

/**
 * Reads one action of a rule: an object with exactly one key, which names its kind. Errors: `InvalidRequest` and
 * `SqlParse` with details `field`, `NotImplemented` for an action of AWS that does not exist here.
 *
 * @param path where the action stands in the rule: `actions[0]`, or `errorAction`
 */
export function parseAction(action: JsonObject, path: string, context: ActionsContext): CompiledAction {
  const { kind, config } = readKind(action, path, context.kinds);
  const actionPath = `${path}.${kind.key}`;
  const isErrorAction = path === 'errorAction';
  return kind.parse(config, {
    ruleName: context.ruleName,
    path: actionPath,
    isErrorAction,
    template: (text, field) => {
      const template = compileText(text, `${actionPath}.${field}`, context.options);
      for (const name of template.needs) {
        // AWS: "Error handling (error action)", external functions are not supported there.
        if (isErrorAction) throw fieldError(`${actionPath}.${field}`, `an error action cannot call ${name}()`);
        refuseUnsupported(name, `${actionPath}.${field}`);
        context.functions.add(name);
      }
      return template;
    },
  });
}

/** The kind of an action and its fields. Errors as in {@link parseAction}. */
export function readKind(
  action: JsonObject,
  path: string,
  kinds: readonly ActionKind[],
): { kind: ActionKind; config: JsonObject } {
  const keys = Object.keys(action);
  const supported = kinds.map(({ key }) => key).join(', ');
  const [key] = keys;
  if (key === undefined || keys.length > 1) {
    const found = key === undefined ? 'none' : keys.join(', ');
    throw fieldError(path, `an action has exactly one key that names it, found ${found}; write one of ${supported}`);
  }
  const kind = kinds.find((candidate) => candidate.key === key);
  if (kind === undefined) {
    if (!AWS_ACTIONS.has(key)) throw fieldError(`${path}.${key}`, `there is no such action; write one of ${supported}`);
    throw new IotError('NotImplemented', `${path}: the action ${key} is not supported yet; supported: ${supported}`, {
      details: { field: `${path}.${key}` },
    });
  }
  const config = action[key];
  if (!isObject(config)) throw fieldError(`${path}.${key}`, 'must be an object with the fields of the action');
  return { kind, config };
}

function compileText(text: string, field: string, options: TemplateOptions): CompiledTemplate {
  try {
    return compileTemplate(text, options);
  } catch (error) {
    if (!(error instanceof IotError)) throw error;
    throw new IotError(error.code, `${field}: ${error.message}`, { details: { ...error.details, field } });
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
