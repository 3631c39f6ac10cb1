import { readFileSync } from 'node:fs';
import { matchesFilter } from '#thingcore/topics';
import {
  compileRule,
  compileTemplate,
  openMessage,
  type CompiledRule,
  type ExternalFunctions,
  type Mqtt5Properties,
  type RuleEnvironment,
  type RuleMessage,
  type RuleResult,
  type SqlVersion,
} from './index.js';

/** One entry of vectors/rules-sql.json; its README says what the fields mean. */
interface Vector {
  id: string;
  sql: string;
  topic: string;
  payload: unknown;
  payloadEncoding?: 'text' | 'base64';
  template?: string;
  context?: Context;
  expected?: unknown;
  expectedEncoding?: 'base64';
  tolerance?: number;
  undefined?: true;
  noMatch?: true;
  error?: true;
}

interface Context {
  protocol?: 'mqtt' | 'http';
  clientId?: string;
  accountId?: string;
  principal?: string;
  traceId?: string;
  sourceIp?: string;
  timestamp?: number;
  sqlVersion?: SqlVersion;
  ruleName?: string;
  basicIngest?: boolean;
  mqtt5?: Mqtt5Properties;
  stubs?: {
    lambda?: Record<string, never>;
    dynamodb?: Record<string, Record<string, never>[]>;
    shadows?: Record<string, Record<string, never>>;
    secrets?: Record<string, { SecretString?: string; SecretBinary?: string }>;
    registry?: Record<string, Record<string, never>>;
    machinelearning?: Record<string, never>;
  };
}

const vectors = JSON.parse(
  readFileSync(new URL('../vectors/rules-sql.json', import.meta.url), 'utf8'),
) as readonly Vector[];

function payloadOf({ payload, payloadEncoding }: Vector): Uint8Array {
  if (payloadEncoding === undefined) return Buffer.from(JSON.stringify(payload), 'utf8');
  return Buffer.from(String(payload), payloadEncoding === 'text' ? 'utf8' : 'base64');
}

function functionsOf({ stubs }: Context): Partial<ExternalFunctions> {
  return {
    aws_lambda: async ({ functionArn }) => stubs?.lambda?.[functionArn],
    get_dynamodb: async ({ table, partitionKey, sortKey }) =>
      stubs?.dynamodb?.[table]?.find(
        (item) =>
          item[partitionKey.name] === partitionKey.value &&
          (sortKey === undefined || item[sortKey.name] === sortKey.value),
      ),
    get_thing_shadow: async ({ thingName, shadowName }) => stubs?.shadows?.[thingName]?.[shadowName ?? ''],
    get_secret: async ({ secretId }) => {
      const secret = stubs?.secrets?.[secretId];
      return { secretString: secret?.SecretString, secretBinary: secret?.SecretBinary };
    },
    get_registry_data: async ({ api, thingName }) => stubs?.registry?.[api]?.[thingName],
    machinelearning_predict: async ({ modelId }) => stubs?.machinelearning?.[modelId],
  };
}

function environmentOf(context: Context): RuleEnvironment {
  return {
    timestamp: context.timestamp ?? 1_700_000_000_000,
    accountId: context.accountId ?? '123456789012',
    newUuid: () => '0f8fad5b-d9cb-469f-a165-70867728950e',
    random: () => 0.25,
    functions: functionsOf(context),
  };
}

/** Compiles, compares the topic and evaluates; rejects when the statement or its evaluation is refused. */
async function run(vector: Vector): Promise<{ rule: CompiledRule; message: RuleMessage; result: RuleResult }> {
  const context = vector.context ?? {};
  const rule = compileRule(vector.sql, { sqlVersion: context.sqlVersion ?? '2016-03-23' });
  const message = openMessage({
    ...context,
    topic: vector.topic,
    payload: payloadOf(vector),
    protocol: context.protocol ?? 'mqtt',
  });
  const unmatched: RuleResult = { matched: false, reason: 'where', clause: 'WHERE', explanation: 'another topic' };
  if (!matchesFilter(rule.topicFilter ?? '#', message.effectiveTopic)) return { rule, message, result: unmatched };
  return { rule, message, result: await rule.evaluate(message, environmentOf(context)) };
}

/** The expected value with every number that is close enough replaced by the one that came out. */
function withinTolerance(expected: unknown, actual: unknown, tolerance: number): unknown {
  if (typeof expected === 'number' && typeof actual === 'number') {
    return Math.abs(expected - actual) <= tolerance * Math.max(1, Math.abs(expected)) ? actual : expected;
  }
  if (typeof expected !== 'object' || expected === null || Array.isArray(expected)) return expected;
  return Object.fromEntries(
    Object.entries(expected).map(([key, value]) => [
      key,
      withinTolerance(value, (actual as Record<string, unknown>)[key], tolerance),
    ]),
  );
}

describe('the vectors of the rule SQL', () => {
  it('are all there', () => {
    expect(vectors).toHaveLength(568);
  });

  it.each(vectors.map((vector) => [vector.id, vector] as const))('%s', async (_id, vector) => {
    if (vector.error) {
      await expect(run(vector)).rejects.toMatchObject({ name: 'IotError' });
      return;
    }
    const { rule, message, result } = await run(vector);
    if (vector.noMatch) {
      expect(result).toMatchObject({ matched: false });
      return;
    }
    if (!result.matched) throw new Error(`no match: ${result.explanation}`);
    if (vector.template !== undefined) {
      const template = compileTemplate(vector.template, { variables: rule.variables });
      const text = await template.evaluate(message, environmentOf(vector.context ?? {}), result.variables);
      expect(text).toBe(vector.expected);
      return;
    }
    if (vector.expectedEncoding === 'base64') {
      expect(Buffer.from(result.output).toString('base64')).toBe(vector.expected);
      expect(result.encoding).toBe('binary');
      return;
    }
    const output: unknown = JSON.parse(Buffer.from(result.output).toString('utf8'));
    const expected = vector.undefined ? {} : vector.expected;
    expect(output).toEqual(withinTolerance(expected, output, vector.tolerance ?? 0));
    expect(result.value).toEqual(output);
  });
});
