import { readFileSync } from 'node:fs';
import { testRule, type TestRuleRequest } from '#thingcore/contracts';
import { Clock, RandomIdGenerator, Scope } from '#thingcore/platform';
import { RuleTester } from './rule-tester.js';

/** One entry of libs/rules-sql/vectors/rules-sql.json; its README says what the fields mean. */
interface Vector {
  id: string;
  expected?: unknown;
  expectedEncoding?: 'base64';
  tolerance?: number;
  undefined?: true;
  noMatch?: true;
  error?: true;
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../../libs/rules-sql/vectors/rules-sql.json', import.meta.url), 'utf8'),
) as readonly Vector[];

class FixedClock extends Clock {
  override now() {
    return 1_700_000_000_000;
  }
}

const sut = new RuleTester(new FixedClock(), new RandomIdGenerator(), new Scope('us-east-1', '123456789012'));

const QUESTION: ReadonlySet<string> = new Set(['sql', 'topic', 'payload', 'payloadEncoding', 'template', 'context']);

/** What of a vector is a question. */
function requestOf(vector: Vector): TestRuleRequest {
  const given = Object.entries(vector).filter(([field]) => QUESTION.has(field));
  return testRule.request.parse(Object.fromEntries(given));
}

function withinTolerance(expected: unknown, actual: unknown, tolerance: number): unknown {
  if (typeof expected === 'number' && typeof actual === 'number') {
    return Math.abs(expected - actual) <= tolerance * Math.max(1, Math.abs(expected)) ? actual : expected;
  }
  if (typeof expected !== 'object' || expected === null || Array.isArray(expected)) return expected;
  const actualMembers = actual as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(expected).map(([key, value]) => [key, withinTolerance(value, actualMembers[key], tolerance)]),
  );
}

describe('RuleTester', () => {
  it.each(vectors.map((vector) => [vector.id, vector] as const))('answers the vector %s', async (_id, vector) => {
    const { matched, output, outputEncoding, error, undefined: isUndefined } = await sut.test(requestOf(vector));
    if (vector.error) {
      expect({ matched, error }).toEqual({ matched: false, error: expect.any(String) });
    } else if (vector.noMatch) {
      expect(matched).toBe(false);
    } else {
      expect({ error, matched }).toEqual({ error: undefined, matched: true });
      if (vector.undefined) expect(isUndefined).toBe(true);
      expect(outputEncoding).toBe(vector.expectedEncoding);
      expect(output).toEqual(vector.undefined ? {} : withinTolerance(vector.expected, output, vector.tolerance ?? 0));
    }
  });

  const request = (more: Partial<TestRuleRequest>): TestRuleRequest => ({
    sql: "SELECT t FROM 'a/+' WHERE t > 10",
    topic: 'a/b',
    payload: { t: 20 },
    context: {},
    ...more,
  });

  it('says that a topic does not match, and evaluates nothing', async () => {
    const { matched, explanation } = await sut.test(request({ topic: 'a/b/c' }));
    expect(matched).toBe(false);
    expect(explanation).toEqual({
      summary: 'The topic a/b/c does not match the filter of FROM, a/+',
      expressions: [{ clause: 'FROM', expression: "'a/+'", depth: 0, value: false }],
    });
  });

  it('says why WHERE failed, with the values it read', async () => {
    const { explanation } = await sut.test(request({ payload: { t: 5 } }));
    expect(explanation.summary).toBe('WHERE is not true: t > 10 is false, since t is 5');
  });

  it('answers what is wrong with a statement as part of the result', async () => {
    const { matched, error } = await sut.test(request({ sql: 'SELEC t' }));
    expect(matched).toBe(false);
    expect(error).toMatch(/SELECT/);
  });

  it('shows an output of bytes as base64', async () => {
    const answer = await sut.test(request({ sql: "SELECT * FROM 'a/b'", payload: '/wA=', payloadEncoding: 'base64' }));
    expect(answer).toMatchObject({ matched: true, output: '/wA=', outputEncoding: 'base64' });
  });

  it('shows the value of a template', async () => {
    const answer = await sut.test(request({ template: 'out/${topic(2)}/${t}' }));
    expect(answer).toMatchObject({ matched: true, undefined: false, output: 'out/b/20' });
  });
});
