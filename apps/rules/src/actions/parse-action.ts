import { IotError, type JsonObject, type JsonValue } from '#thingcore/errors';
import { compileTemplate, type CompiledTemplate, type TemplateOptions } from '#thingcore/rules-sql';
import type { ActionKind, CompiledAction } from './action.js';
import { fieldError } from './parse-fields.js';

/** AWS: the action keys of TopicRulePayload. */
const AWS_ACTIONS: ReadonlySet<string> = new Set([
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

/**
 * Reads one action of a rule: an object with exactly one key, which names its kind. Errors: `InvalidRequest` and
 * `SqlParse` with details `field`, `NotImplemented` for an action of AWS that does not exist here.
 *
 * @param path where the action stands in the rule: `actions[0]`
 */
export function parseAction(
  action: JsonObject,
  path: string,
  kinds: readonly ActionKind[],
  options: TemplateOptions,
): CompiledAction {
  const { kind, config } = readKind(action, path, kinds);
  const actionPath = `${path}.${kind.key}`;
  return kind.parse(config, {
    path: actionPath,
    template: (text, field) => templateOf(text, `${actionPath}.${field}`, options),
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

function templateOf(text: string, field: string, options: TemplateOptions): CompiledTemplate {
  let template: CompiledTemplate;
  try {
    template = compileTemplate(text, options);
  } catch (error) {
    if (!(error instanceof IotError)) throw error;
    throw new IotError(error.code, `${field}: ${error.message}`, { details: { ...error.details, field } });
  }
  const [external] = template.needs;
  if (external === undefined) return template;
  throw new IotError('NotImplemented', `${field}: the function ${external} is not supported yet`, {
    details: { field },
  });
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
