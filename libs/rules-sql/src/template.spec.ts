import { compileRule, compileTemplate, openMessage, type RuleEnvironment, type TemplateOptions } from './index.js';

const environment: RuleEnvironment = {
  timestamp: 1_700_000_000_000,
  accountId: '123456789012',
  newUuid: () => '0f8fad5b-d9cb-469f-a165-70867728950e',
  random: () => 0.25,
};
const payload = Buffer.from('{"id":"k1","n":2.5,"nul":null,"list":[1,{"a":"}"}],"big":12345678901234567890}');
const message = openMessage({ topic: 'a/b', protocol: 'mqtt', payload });

describe('a substitution template', () => {
  it.each([
    ['plain', 'plain'],
    ['', ''],
    ['${id}', 'k1'],
    ['x-${id}-${n}-y', 'x-k1-2.5-y'],
    ['${id}${id}', 'k1k1'],
    ['$${id}', '$k1'],
    ['$$aws/things/${id}', '$$aws/things/k1'],
    ['{${id}}', '{k1}'],
    ['$id}', '$id}'],
    ['${list}', '[1,{"a":"}"}]'],
    ["${get({'a': '}', 'b': {}}, 'a')}", '}'],
    ["${'${id}'}", '${id}'],
    ['${ CASE n WHEN 2.5 THEN "x}" END }', 'x}'],
    ['${(SELECT VALUE a FROM list)}', '["}"]'],
    ['${big}', '12345678901234567890'],
    ['${missing}', undefined],
    ['a${nul}b', undefined],
  ])('%s gives %s', (text, expected) => {
    expect(compileTemplate(text).evaluate(message, environment)).toBe(expected);
  });

  it.each([
    ['${n}', 2.5],
    ['${list}', [1, { a: '}' }]],
    ['${nul}', null],
    ['${missing}', undefined],
    [' ${n}', ' 2.5'],
    ['${id}${n}', 'k12.5'],
    ['plain', 'plain'],
  ])('%s has the value %p', (text, expected) => {
    expect(compileTemplate(text).evaluateValue(message, environment)).toEqual(expected);
  });

  it('knows whether it is constant', () => {
    expect(compileTemplate('a/b').isConstant).toBe(true);
    expect(compileTemplate('a/${id}').isConstant).toBe(false);
  });

  // AWS: aliases of SELECT are not visible, SET variables are.
  it('sees the variables of the rule and not the columns', () => {
    const rule = compileRule("SET @twice = n * 2 SELECT id AS column FROM 'a/b'");
    const result = rule.evaluate(message, environment);
    if (result instanceof Promise || !result.matched) throw new Error('no match');
    const template = compileTemplate('${@twice}', { variables: rule.variables });
    expect(template.evaluate(message, environment, result.variables)).toBe('5');
    expect(template.evaluate(message, environment)).toBeUndefined();
    expect(compileTemplate('${column}').evaluate(message, environment, result.variables)).toBeUndefined();
  });

  it.each<[string, TemplateOptions, string]>([
    ['a${id', {}, 'Line 1, column 6: expected "}" to close the substitution template, found the end of the text'],
    ['a${}', {}, 'expected an expression, found "}"'],
    ['x\n${id +}', {}, 'Line 2, column 7: expected an expression'],
    ['${@v}', { variables: ['w'] }, 'there is no variable @v'],
    ['${[1]}', { sqlVersion: '2015-10-08' }, 'an array literal needs awsIotSqlVersion 2016-03-23'],
    ["${decode(*, 'proto', 'b', 'k', 'f', 'm')}", {}, 'not allowed in substitution templates'],
  ])('%j is refused: %s', (text, options, problem) => {
    let refusal: unknown;
    try {
      compileTemplate(text, options);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({ code: 'SqlParse', message: expect.stringContaining(problem) });
  });

  it('waits for external calls', async () => {
    const template = compileTemplate("${get_thing_shadow(id, 'r').state}/${newuuid()}");
    expect(template.needs).toEqual(['get_thing_shadow']);
    const functions = {
      get_thing_shadow: async ({ thingName }: { thingName: string }) => ({ state: `on ${thingName}` }),
    };
    await expect(template.evaluate(message, { ...environment, functions })).resolves.toBe(
      'on k1/0f8fad5b-d9cb-469f-a165-70867728950e',
    );
  });
});
