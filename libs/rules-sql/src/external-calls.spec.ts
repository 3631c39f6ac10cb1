import { IotError, type JsonObject } from '#thingcore/errors';
import { compileRule, openMessage, type ExternalFunctions, type RuleEnvironment, type RuleResult } from './index.js';

const payload = Buffer.from('{"id":"t1","ids":["a","b","a"],"deep":{"x":{"y":1}},"n":1}');

/** Draws differ from each other, so that a repeated draw shows. */
function environmentWith(functions: Partial<ExternalFunctions>): RuleEnvironment {
  let drawn = 0;
  return {
    timestamp: 1,
    accountId: '123456789012',
    newUuid: () => `uuid-${++drawn}`,
    random: () => ++drawn / 100,
    functions,
  };
}

async function evaluate(sql: string, functions: Partial<ExternalFunctions>): Promise<RuleResult> {
  const message = openMessage({ topic: 't', protocol: 'mqtt', payload });
  return compileRule(sql).evaluate(message, environmentWith(functions));
}

describe('an external call', () => {
  it('gets its arguments as named fields', async () => {
    const requests: unknown[] = [];
    const record = (result: object) => (request: unknown) => {
      requests.push(request);
      return Promise.resolve(result as never);
    };
    const sql = `SELECT aws_lambda('f', deep) AS a, get_dynamodb('t', 'pk', n, 'sk', id, 'r') AS b,
      get_thing_shadow(id, 'named', 'r') AS c, get_registry_data('DescribeThing', id, 'r') AS d,
      machinelearning_predict('m', 'r', *) AS e, decode(*, 'proto', 'b', 'k', 'f', 'm') AS f FROM 't'`;
    const names = [
      'aws_lambda',
      'get_dynamodb',
      'get_thing_shadow',
      'get_registry_data',
      'machinelearning_predict',
      'decode_proto',
    ];
    const result = await evaluate(sql, Object.fromEntries(names.map((name) => [name, record({ name })])));
    expect(result).toMatchObject({ value: { a: { name: 'aws_lambda' }, f: { name: 'decode_proto' } } });
    expect(requests).toEqual([
      { functionArn: 'f', input: { x: { y: 1 } } },
      { table: 't', partitionKey: { name: 'pk', value: 1 }, sortKey: { name: 'sk', value: 't1' }, roleArn: 'r' },
      { thingName: 't1', shadowName: 'named', roleArn: 'r' },
      { api: 'DescribeThing', thingName: 't1', roleArn: 'r' },
      { modelId: 'm', roleArn: 'r', record: { id: 't1', ids: '["a","b","a"]', deep: '{"x":{"y":1}}', n: 1 } },
      { payload: new Uint8Array(payload), bucket: 'b', descriptorKey: 'k', protoFile: 'f', messageType: 'm' },
    ]);
  });

  it('may depend on another one, and equal calls are made once', async () => {
    const asked: string[] = [];
    const shadows: Record<string, JsonObject> = { t1: { next: 't2' }, t2: { v: 42 } };
    const result = await evaluate(
      "SELECT get_thing_shadow(get_thing_shadow(id, 'r').next, 'r').v AS v, get_thing_shadow(id, 'r').next AS next FROM 't'",
      {
        get_thing_shadow: async ({ thingName }) => {
          asked.push(thingName);
          return shadows[thingName];
        },
      },
    );
    expect(result).toMatchObject({ value: { v: 42, next: 't2' } });
    expect(asked).toEqual(['t1', 't2']);
  });

  it('is made for each row of a nested query', async () => {
    const result = await evaluate("SELECT VALUE (SELECT VALUE get_thing_shadow(*, 'r') FROM ids) FROM 't'", {
      get_thing_shadow: async ({ thingName }) => `shadow of ${thingName}`,
    });
    expect(result).toMatchObject({ value: ['shadow of a', 'shadow of b', 'shadow of a'] });
  });

  it('leaves what was drawn before it as it was', async () => {
    const sql =
      "SELECT newuuid() AS a, rand() AS b, get_thing_shadow(id, 'r') AS c, newuuid() AS d, aws_lambda('f', 1) AS e FROM 't'";
    const result = await evaluate(sql, { get_thing_shadow: async () => 1, aws_lambda: async () => 2 });
    expect(result).toMatchObject({ value: { a: 'uuid-1', b: 0.02, c: 1, d: 'uuid-3', e: 2 } });
  });

  it('is not made when WHERE has failed before it, nor with unusable arguments', async () => {
    await expect(evaluate("SELECT * FROM 't' WHERE n = 2 AND aws_lambda('f', 1) = 1", {})).resolves.toMatchObject({
      reason: 'where',
    });
    await expect(
      evaluate("SELECT aws_lambda('f', missing) AS a, get_thing_shadow(nul, 'r') AS b FROM 't'", {}),
    ).resolves.toMatchObject({ value: {} });
    await expect(evaluate("SELECT get_registry_data('DeleteThing', id, 'r') AS a FROM 't'", {})).resolves.toMatchObject(
      { value: {} },
    );
    expect(compileRule("SELECT get_thing_shadow('a') AS a FROM 't'").needs).toEqual([]);
  });

  it('that finds nothing is Undefined', async () => {
    await expect(
      evaluate("SELECT isUndefined(get_thing_shadow(id, 'r')) AS a FROM 't'", {
        get_thing_shadow: async () => undefined,
      }),
    ).resolves.toMatchObject({ value: { a: true } });
  });

  it('that fails rejects the evaluation, unless get_or_default() has an answer', async () => {
    const failing = { get_thing_shadow: () => Promise.reject(new IotError('Throttling', 'slow down')) };
    await expect(evaluate("SELECT get_thing_shadow(id, 'r') AS a FROM 't'", failing)).rejects.toMatchObject({
      code: 'Throttling',
    });
    await expect(
      evaluate("SELECT get_or_default(get_thing_shadow(id, 'r').v, 7) AS a FROM 't'", failing),
    ).resolves.toMatchObject({ value: { a: 7 } });
    await expect(
      evaluate("SELECT get_or_default(get_thing_shadow(id, 'r').v, 7) AS a FROM 't'", {
        get_thing_shadow: async () => ({ v: 8 }),
      }),
    ).resolves.toMatchObject({ value: { a: 8 } });
  });

  it('that fails is replaced by get_or_default() also when the same function is called elsewhere', async () => {
    const sql =
      "SELECT get_thing_shadow('up', 'r') AS a, get_or_default(get_thing_shadow('down', 'r'), 7) AS b FROM 't'";
    const functions: Partial<ExternalFunctions> = {
      get_thing_shadow: ({ thingName }) =>
        thingName === 'up' ? Promise.resolve(1) : Promise.reject(new IotError('Throttling', 'slow down')),
    };
    await expect(evaluate(sql, functions)).resolves.toMatchObject({ value: { a: 1, b: 7 } });
  });

  it('that the environment does not offer rejects with NotImplemented', async () => {
    await expect(evaluate("SELECT aws_lambda('f', 1) AS a FROM 't'", {})).rejects.toMatchObject({
      code: 'NotImplemented',
      message: expect.stringContaining('aws_lambda()'),
    });
  });

  it('cannot be repeated without end', async () => {
    const many = Buffer.from(JSON.stringify({ ids: Array.from({ length: 30 }, (_, at) => at) }));
    const message = openMessage({ topic: 't', protocol: 'mqtt', payload: many });
    const rule = compileRule("SELECT (SELECT VALUE aws_lambda('f', *) FROM ids) AS x FROM 't'");
    await expect(rule.evaluate(message, environmentWith({ aws_lambda: async () => 1 }))).resolves.toMatchObject({
      reason: 'limit',
    });
  });
});

describe('a call with an argument that has no text', () => {
  it.each([
    'aws_lambda(nul, 1)',
    "get_dynamodb(missing, 'k', 1, 'r')",
    "get_dynamodb('t', 'k', missing, 'r')",
    "get_dynamodb('t', 'k', 1, 's', missing, 'r')",
    "get_thing_shadow('t', nul, 'r')",
    "get_secret(nul, 'SecretString', 'r')",
    "get_registry_data('DescribeThing', nul, 'r')",
    "machinelearning_predict('m', 'r', n)",
    "machinelearning_predict(nul, 'r', *)",
    "decode(nul, 'proto', 'b', 'k', 'f', 'm')",
    "decode(*, 'xml', 'b', 'k', 'f', 'm')",
    "get_dynamodb('t', 'k', 1, 'sk', 'r')",
  ])('%s is Undefined and not made', async (call) => {
    await expect(evaluate(`SELECT ${call} AS x FROM 't'`, {})).resolves.toMatchObject({ matched: true, value: {} });
  });
});

// AWS: get_secret(), its modes.
describe('get_secret', () => {
  const functions: Partial<ExternalFunctions> = {
    get_secret: async ({ secretId }) => {
      if (secretId === 'json') return { secretString: '{"user":"u"}' };
      if (secretId === 'text') return { secretString: 'plain' };
      return secretId === 'binary' ? { secretBinary: 'AQID' } : undefined;
    },
  };
  const sqlOf = (args: string): string => `SELECT VALUE get_secret(${args}, 'r') FROM 't'`;

  it.each([
    ["'json', 'SecretString'", { user: 'u' }],
    ["'json', 'SecretString', 'user'", 'u'],
    ["'json', 'SecretString', 'other'", undefined],
    ["'text', 'SecretString'", 'plain'],
    ["'binary', 'SecretBinary'", 'AQID'],
    ["'none', 'SecretString'", undefined],
    ["'json', 'Secret'", undefined],
  ])('(%s) gives %p', async (args, expected) => {
    await expect(evaluate(sqlOf(args), functions)).resolves.toMatchObject({ matched: true, value: expected });
  });

  it.each(["'text', 'SecretString', 'user'", "'binary', 'SecretBinary', 'user'"])(
    '(%s) stops the rule',
    async (args) => {
      await expect(evaluate(sqlOf(args), functions)).rejects.toMatchObject({ code: 'InvalidRequest' });
    },
  );
});
