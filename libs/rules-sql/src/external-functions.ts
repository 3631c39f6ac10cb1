import { IotError, type JsonObject, type JsonValue } from '#thingcore/errors';
import { toText } from './conversions.js';
import { type ExternalFunctionName, type ExternalFunctions } from './environment.js';
import { jsonText, toJson } from './json-text.js';
import { isArray, isObject, type SqlValue } from './values.js';

/** A call that is ready to be made. */
export type ExternalRequest = (functions: Partial<ExternalFunctions>) => Promise<JsonValue | undefined> | undefined;

/** What the compiler must know of an external function. */
export interface ExternalFunction {
  readonly since2016?: true;
  readonly arities: readonly number[];
  /** Places, counted from the end when negative, of arguments that must not be SET variables. */
  readonly fixedArguments: readonly number[];
  /** The request for the arguments; undefined when one of them is unusable, which makes the call Undefined. */
  readonly prepare: (args: readonly SqlValue[]) => ExternalRequest | undefined;
}

/** Every argument as text, or undefined when one has none. */
function texts(args: readonly SqlValue[]): string[] | undefined {
  const converted = args.map(toText);
  return converted.some((text) => text === undefined) ? undefined : (converted as string[]);
}

const lambda: ExternalFunction = {
  arities: [2],
  fixedArguments: [],
  prepare: ([arn, argument]) => {
    const functionArn = toText(arn);
    const input = toJson(argument);
    if (functionArn === undefined || input === undefined) return undefined;
    return (functions) => functions.aws_lambda?.({ functionArn, input });
  },
};

const dynamodb: ExternalFunction = {
  since2016: true,
  arities: [4, 6],
  fixedArguments: [-1],
  prepare: (args) => {
    const [table, partitionName, sortName, roleArn] =
      texts([args[0], args[1], args.length === 6 ? args[3] : '', args.at(-1)]) ?? [];
    const partitionValue = toJson(args[2]);
    const sortValue = args.length === 6 ? toJson(args[4]) : null;
    if (table === undefined || partitionName === undefined || sortName === undefined) return undefined;
    if (roleArn === undefined || partitionValue === undefined || sortValue === undefined) return undefined;
    const sortKey = args.length === 6 ? { name: sortName, value: sortValue } : undefined;
    const partitionKey = { name: partitionName, value: partitionValue };
    return (functions) => functions.get_dynamodb?.({ table, partitionKey, sortKey, roleArn });
  },
};

/** AWS: a key works only on a SecretString that is a JSON object; anything else stops the rule. */
const secret: ExternalFunction = {
  since2016: true,
  arities: [3, 4],
  fixedArguments: [1, -1],
  prepare: (args) => {
    const [secretId, type, key, roleArn] =
      texts([args[0], args[1], args.length === 4 ? args[2] : '', args.at(-1)]) ?? [];
    if (secretId === undefined || roleArn === undefined || key === undefined) return undefined;
    if (type !== 'SecretString' && type !== 'SecretBinary') return undefined;
    const wanted = args.length === 4 ? key : undefined;
    return (functions) =>
      functions.get_secret?.({ secretId, roleArn }).then((found) => {
        if (type === 'SecretBinary') return binarySecret(secretId, found?.secretBinary, wanted);
        return textSecret(secretId, found?.secretString, wanted);
      });
  },
};

function binarySecret(secretId: string, base64: string | undefined, key: string | undefined): JsonValue | undefined {
  if (key === undefined) return base64;
  throw new IotError(
    'InvalidRequest',
    `get_secret() cannot read the key "${key}" of the SecretBinary of "${secretId}"`,
  );
}

function textSecret(secretId: string, text: string | undefined, key: string | undefined): JsonValue | undefined {
  if (text === undefined) return undefined;
  const parsed = parsedSecret(text);
  if (key === undefined) return parsed ?? text;
  if (parsed !== undefined) return Object.hasOwn(parsed, key) ? parsed[key] : undefined;
  const problem = `get_secret() cannot read the key "${key}" of "${secretId}": its SecretString is no JSON object`;
  throw new IotError('InvalidRequest', problem);
}

function parsedSecret(text: string): JsonObject | undefined {
  try {
    const parsed = JSON.parse(text) as JsonValue;
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

const thingShadow: ExternalFunction = {
  since2016: true,
  arities: [2, 3],
  fixedArguments: [-1],
  prepare: (args) => {
    const [thingName, shadow, roleArn] = texts([args[0], args.length === 3 ? args[1] : '', args.at(-1)]) ?? [];
    if (thingName === undefined || shadow === undefined || roleArn === undefined) return undefined;
    const shadowName = args.length === 3 ? shadow : undefined;
    return (functions) => functions.get_thing_shadow?.({ thingName, shadowName, roleArn });
  },
};

const registryData: ExternalFunction = {
  since2016: true,
  arities: [3],
  fixedArguments: [0, -1],
  prepare: (args) => {
    const [api, thingName, roleArn] = texts(args) ?? [];
    if (thingName === undefined || roleArn === undefined) return undefined;
    if (api !== 'DescribeThing' && api !== 'ListThingGroupsForThing') return undefined;
    return (functions) => functions.get_registry_data?.({ api, thingName, roleArn });
  },
};

/** AWS: the record is flat; deeper values travel as their JSON text. */
const prediction: ExternalFunction = {
  arities: [3],
  fixedArguments: [1],
  prepare: ([model, role, value]) => {
    const [modelId, roleArn] = texts([model, role]) ?? [];
    if (modelId === undefined || roleArn === undefined || !isObject(value)) return undefined;
    const flat = Object.entries(value).map(([key, inner]) => [key, isNested(inner) ? jsonText(inner) : toJson(inner)]);
    const record = Object.fromEntries(flat) as JsonObject;
    return (functions) => functions.machinelearning_predict?.({ modelId, roleArn, record });
  },
};

function isNested(value: SqlValue): boolean {
  return isArray(value) || isObject(value);
}

/** `decode(value, 'proto', bucket, key, file, type)`; the value is base64 text, which the compiler makes of `*`. */
const protobuf: ExternalFunction = {
  since2016: true,
  arities: [6],
  fixedArguments: [1],
  prepare: (args) => {
    const [value, scheme, bucket, descriptorKey, protoFile, messageType] = texts(args) ?? [];
    if (value === undefined || bucket === undefined || descriptorKey === undefined) return undefined;
    if (scheme !== 'proto' || protoFile === undefined || messageType === undefined) return undefined;
    const payload = new Uint8Array(Buffer.from(value, 'base64'));
    return (functions) => functions.decode_proto?.({ payload, bucket, descriptorKey, protoFile, messageType });
  },
};

/** The functions that leave the evaluation, by their name in `needs`. */
export const EXTERNAL_FUNCTIONS: Readonly<Record<ExternalFunctionName, ExternalFunction>> = {
  aws_lambda: lambda,
  get_dynamodb: dynamodb,
  get_secret: secret,
  get_thing_shadow: thingShadow,
  get_registry_data: registryData,
  machinelearning_predict: prediction,
  decode_proto: protobuf,
};

/** Whether a call by this name (and count of arguments) leaves the evaluation, and under which name. */
export function externalNameOf(name: string, argumentCount: number): ExternalFunctionName | undefined {
  if (name === 'decode') return argumentCount === 6 ? 'decode_proto' : undefined;
  if (name === 'decode_proto') return undefined;
  return Object.hasOwn(EXTERNAL_FUNCTIONS, name) ? (name as ExternalFunctionName) : undefined;
}
