import fc from 'fast-check';
import { IotError } from '#thingcore/errors';
import {
  compilePolicies,
  iotArn,
  lintPolicyDocument,
  parsePolicyDocument,
  type ArnKind,
  type PolicyContext,
  suggestAllowance,
} from './index.js';

const scope = { region: 'eu-test-1', account: '111111111111' };
const arn = (kind: ArnKind, name: string) => iotArn(scope, kind, name);

function policy(policyName: string, statements: readonly object[]) {
  return {
    policyName,
    document: parsePolicyDocument(JSON.stringify({ Version: '2012-10-17', Statement: statements })),
  };
}

function bind(statements: readonly object[], context: PolicyContext = {}, added: readonly object[] = []) {
  const policies = [
    ...(statements.length === 0 ? [] : [policy('p', statements)]),
    ...(added.length === 0 ? [] : [policy('added', added)]),
  ];
  return compilePolicies(policies).bind(context);
}

const pump: PolicyContext = {
  clientId: 'pump-7',
  isAttached: true,
  thing: { thingName: 'pump-7', attributes: {} },
};

describe('suggestAllowance', () => {
  it('answers the one statement that is missing, in the grammar of a document', () => {
    expect(suggestAllowance(bind([]), 'iot:Publish', arn('topic', 'a/b'))).toEqual({
      kind: 'add',
      statement: { Effect: 'Allow', Action: 'iot:Publish', Resource: 'arn:aws:iot:eu-test-1:111111111111:topic/a/b' },
    });
  });

  it('has nothing to suggest for what is allowed', () => {
    const allow = { Effect: 'Allow', Action: 'iot:Publish', Resource: arn('topic', 'a/*') };
    expect(suggestAllowance(bind([allow]), 'iot:Publish', arn('topic', 'a/b'))).toBeUndefined();
  });

  it.each([
    ['a star', 'a*b', 'a${*}b'],
    ['a question mark', 'what?', 'what${?}'],
    ['a dollar sign that could begin a variable', '${iot:ClientId}', '${$}{iot:ClientId}'],
    ['dollar signs in a row', '$$*', '${$}${$}${*}'],
    ['the dollar sign of a reserved topic not', '$aws/rules/r', '$aws/rules/r'],
    ['the wildcards of a filter not', 'a/+/#', 'a/+/#'],
  ])('escapes %s', (_name, topic, spelled) => {
    expect(suggestAllowance(bind([]), 'iot:Subscribe', arn('topicfilter', topic))).toMatchObject({
      statement: { Resource: arn('topicfilter', spelled) },
    });
  });

  it('takes * for an action that knows no single resource', () => {
    expect(suggestAllowance(bind([]), 'iot:ListRetainedMessages', '*')).toEqual({
      kind: 'add',
      statement: { Effect: 'Allow', Action: 'iot:ListRetainedMessages', Resource: '*' },
    });
  });

  it.each([
    ['an action with a wildcard', 'iot:*', arn('topic', 'a'), '"iot:*" is not one action'],
    ['no action', 'Publish', arn('topic', 'a'), '"Publish" is not one action'],
    ['no ARN', 'iot:Publish', 'topic/a', '"topic/a" is no resource'],
  ])('refuses %s', (_name, action, resource, message) => {
    const ask = () => suggestAllowance(bind([]), action, resource);
    expect(ask).toThrow(IotError);
    expect(ask).toThrow(message);
  });
});

describe('the general form of a suggestion', () => {
  const THING = '${iot:Connection.Thing.ThingName}';
  const CLIENT = '${iot:ClientId}';

  it.each<[string, PolicyContext, string, ArnKind, string, string | undefined]>([
    ['the client of an attached thing', pump, 'iot:Connect', 'client', 'pump-7', THING],
    [
      'a client that is no thing, for that would admit any',
      { clientId: 'c1' },
      'iot:Connect',
      'client',
      'c1',
      undefined,
    ],
    ['a client id with slashes as a whole topic', { clientId: 'a/b' }, 'iot:Publish', 'topic', 'a/b', CLIENT],
    [
      'the client id of a connection without a thing',
      { clientId: 'c1' },
      'iot:Publish',
      'topic',
      'x/c1',
      `x/${CLIENT}`,
    ],
    ['a level of a topic', pump, 'iot:Publish', 'topic', 'dt/pump-7/data', `dt/${THING}/data`],
    ['the last level', pump, 'iot:Publish', 'topic', 'dt/pump-7', `dt/${THING}`],
    ['every level that has the name', pump, 'iot:Receive', 'topic', 'pump-7/x/pump-7', `${THING}/x/${THING}`],
    ['a level of a filter', pump, 'iot:Subscribe', 'topicfilter', 'dt/pump-7/#', `dt/${THING}/#`],
    ['a thing and its shadow', pump, 'iot:GetThingShadow', 'thing', 'pump-7/cfg', `${THING}/cfg`],
    ['other levels, escaped', pump, 'iot:Publish', 'topic', 'a*/pump-7/${x}', `a\${*}/${THING}/\${$}{x}`],
    ['a part of a level', pump, 'iot:Publish', 'topic', 'dt/pump-77/data', undefined],
    ['another device', pump, 'iot:Publish', 'topic', 'dt/pump-8/data', undefined],
    ['a request that is no connection', {}, 'iot:GetThingShadow', 'thing', 'pump-7', undefined],
    ['a value that is not substituted', { clientId: 'a+b' }, 'iot:Publish', 'topic', 'dt/a+b', undefined],
    [
      'the level of the thing alone in the topics of a thing',
      { ...pump, clientId: 'shadow', thing: { thingName: 'shadow', attributes: {} } },
      'iot:Publish',
      'topic',
      '$aws/things/shadow/shadow/update',
      `$aws/things/${THING}/shadow/update`,
    ],
    [
      'no other level of the topics of a thing',
      { ...pump, clientId: 'shadow', thing: { thingName: 'shadow', attributes: {} } },
      'iot:Publish',
      'topic',
      '$aws/things/pump/shadow/update',
      undefined,
    ],
  ])('names %s', (_name, context, action, kind, name, general) => {
    const suggestion = suggestAllowance(bind([], context), action, arn(kind, name));
    const generalized = suggestion?.kind === 'add' ? suggestion.generalized : undefined;
    expect(generalized?.Resource).toBe(general === undefined ? undefined : arn(kind, general));
  });

  it('uses the variable that the policies use already', () => {
    const own = { Effect: 'Allow', Action: 'iot:Publish', Resource: arn('topic', 'dt/${iot:clientid}/data') };
    expect(suggestAllowance(bind([own], pump), 'iot:Publish', arn('topic', 'dt/pump-7/log'))).toMatchObject({
      generalized: { Resource: arn('topic', `dt/${CLIENT}/log`) },
    });
  });
});

describe('a suggestion against a Deny', () => {
  const ban = { Sid: 'ban', Effect: 'Deny', Action: 'iot:*', Resource: arn('topic', 'a/*') };
  const allow = { Effect: 'Allow', Action: 'iot:Publish', Resource: arn('topic', '*') };

  it('names the statement that must be changed, for no addition helps', () => {
    expect(suggestAllowance(bind([allow, ban]), 'iot:Publish', arn('topic', 'a/b'))).toEqual({
      kind: 'change',
      statement: { policyName: 'p', index: 1, sid: 'ban', effect: 'Deny' },
      others: [],
    });
  });

  it('names every other Deny that would decide next', () => {
    const suggestion = suggestAllowance(bind([ban, allow, { ...ban, Sid: 'too' }]), 'iot:Publish', arn('topic', 'a/b'));
    expect(suggestion).toMatchObject({ statement: { index: 0 }, others: [{ index: 2, sid: 'too' }] });
  });

  it('says what is missing besides when nothing allows it either', () => {
    expect(suggestAllowance(bind([ban]), 'iot:Receive', arn('topic', 'a/b'))).toMatchObject({
      kind: 'change',
      add: { statement: { Effect: 'Allow', Action: 'iot:Receive', Resource: arn('topic', 'a/b') } },
    });
  });

  it('does not count a Deny whose condition does not hold', () => {
    const elsewhere = { ...ban, Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } };
    expect(suggestAllowance(bind([elsewhere]), 'iot:Publish', arn('topic', 'a/b'))?.kind).toBe('add');
  });
});

describe('what is suggested', () => {
  const segment = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '$', '{', '}', '+', '#', ':'), maxLength: 4 });
  const name = fc
    .array(fc.oneof(segment, fc.constant('c1')), { minLength: 1, maxLength: 4 })
    .map((all) => all.join('/'));
  const resource = fc
    .tuple(fc.constantFrom<ArnKind>('topic', 'topicfilter', 'client'), name)
    .map(([k, n]) => arn(k, n));
  const action = fc.constantFrom('iot:Publish', 'iot:Receive', 'iot:Connect');
  const statement = fc.record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Action: fc.constantFrom('iot:Publish', 'iot:*'),
    Resource: fc.constantFrom(arn('topic', '*'), arn('client', '${iot:ClientId}'), arn('topic', '?/a')),
    Condition: fc.constantFrom({}, { StringEquals: { 'iot:ClientId': 'c1' } }),
  });
  const context = fc.constantFrom<PolicyContext>(
    {},
    { clientId: 'c1' },
    { clientId: 'a*' },
    { clientId: 'c1', thing: { thingName: 'c1', attributes: {} } },
  );

  it('allows exactly what was denied, once the Deny statements it names are gone', () => {
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 4 }), context, action, resource, (statements, ctx, act, res) => {
        const suggestion = suggestAllowance(bind(statements, ctx), act, res);
        if (suggestion === undefined) {
          expect(bind(statements, ctx).decide(act, res).decision).toBe('ALLOWED');
          return;
        }
        const removed = suggestion.kind === 'add' ? [] : [suggestion.statement, ...suggestion.others];
        const kept = statements.filter((_, index) => !removed.some((reference) => reference.index === index));
        const addition = suggestion.kind === 'add' ? suggestion : suggestion.add;
        for (const added of addition === undefined
          ? [[]]
          : [[addition.statement], [addition.generalized].flatMap((s) => s ?? [])]) {
          if (addition !== undefined && added.length === 0) continue; // there is no general form
          expect(bind(kept, ctx, added).decide(act, res).decision).toBe('ALLOWED');
          if (removed.length > 0) expect(bind(statements, ctx, added).decide(act, res).decision).toBe('EXPLICIT_DENY');
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('allows nothing else', () => {
    // What a wildcard or variable that is not escaped would let through as well.
    const similar = (text: string) => [
      text.replace(/[*?]/g, 'a'),
      text.replace(/\*/g, 'a/b'),
      text.replace(/[*?$]/g, ''),
      text.replaceAll('c1', 'c2'),
      `${text}a`,
    ];
    fc.assert(
      fc.property(context, action, resource, action, fc.nat(5), (ctx, act, res, otherAction, which) => {
        const suggestion = suggestAllowance(bind([], ctx), act, res);
        if (suggestion?.kind !== 'add') throw new Error('nothing is allowed, so a statement is missing');
        const otherResource = similar(res)[which] ?? res;
        for (const added of [suggestion.statement, suggestion.generalized ?? suggestion.statement]) {
          const isSame = act === otherAction && res === otherResource;
          expect(bind([], ctx, [added]).decide(otherAction, otherResource).decision === 'ALLOWED').toBe(isSame);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is nothing that the linter warns of, save that it is one statement alone', () => {
    const questions: [string, ArnKind, string][] = [
      ['iot:Connect', 'client', 'c1'],
      ['iot:Publish', 'topic', 'x/c1'],
      ['iot:RetainPublish', 'topic', 'c1/*'],
      ['iot:Receive', 'topic', '$aws/things/c1/shadow/update'],
      ['iot:Subscribe', 'topicfilter', 'c1/+/#'],
      ['iot:GetThingShadow', 'thing', 'c1/cfg'],
    ];
    const alone = ['SubscribeWithoutReceive', 'RetainWithoutPublish'];
    const contexts = [{ clientId: 'c1' }, { clientId: 'c1', thing: { thingName: 'c1', attributes: {} } }];
    for (const [act, kind, resourceName] of questions) {
      for (const ctx of act === 'iot:GetThingShadow' ? [{}] : contexts) {
        const suggestion = suggestAllowance(bind([], ctx), act, arn(kind, resourceName));
        if (suggestion?.kind !== 'add') throw new Error('nothing is allowed, so a statement is missing');
        const added = [suggestion.statement, ...(suggestion.generalized === undefined ? [] : [suggestion.generalized])];
        const { document } = policy('added', added);
        expect(lintPolicyDocument(document, { scope }).filter(({ code }) => !alone.includes(code))).toEqual([]);
      }
    }
  });
});
