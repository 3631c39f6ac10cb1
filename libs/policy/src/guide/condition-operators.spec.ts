import { OPERATOR_SPELLINGS } from '../condition-operator.js';
import { allow, decide, when } from './documents.fixture.js';

/** Of every operator: a value of the policy, a value of the key for which it holds, and one for which it does not. */
const OPERATORS: readonly [operator: string, policyValue: string, holds: string, fails: string][] = [
  ['StringEquals', 'a*', 'a*', 'ab'],
  ['StringNotEquals', 'a*', 'ab', 'a*'],
  ['StringEqualsIgnoreCase', 'ab', 'AB', 'b'],
  ['StringNotEqualsIgnoreCase', 'ab', 'b', 'AB'],
  ['StringLike', 'a*/?', 'ab/c', 'ab/cd'],
  ['StringNotLike', 'a*/?', 'ab/cd', 'ab/c'],
  ['NumericEquals', '10', '1e1', '11'],
  ['NumericNotEquals', '10', '11', '10.0'],
  ['NumericLessThan', '10', '9.5', '10'],
  ['NumericLessThanEquals', '10', '10', '10.5'],
  ['NumericGreaterThan', '10', '10.5', '10'],
  ['NumericGreaterThanEquals', '10', '10', '-10'],
  ['DateEquals', '2026-01-01', '2026-01-01T01:00:00+01:00', '2026-01-02'],
  ['DateNotEquals', '2026-01-01', '2026-01-02', '1767225600'],
  ['DateLessThan', '2026-01-01', '2025-12-31T23:59:59Z', '2026-01-01'],
  ['DateLessThanEquals', '2026-01-01', '2026-01-01', '2026-01-02'],
  ['DateGreaterThan', '2026-01-01', '2026-01-02', '2026-01-01'],
  ['DateGreaterThanEquals', '2026-01-01', '2026-01-01', '2025-12-31'],
  ['Bool', 'true', 'true', 'false'],
  ['BinaryEquals', 'AQI=', 'AQI=', 'aqi='],
  ['IpAddress', '198.51.100.0/24', '198.51.100.7', '198.51.101.7'],
  ['NotIpAddress', '198.51.100.0/24', '198.51.101.7', '198.51.100.7'],
  ['ArnEquals', 'arn:aws:iot:r:1:topic/a', 'arn:aws:iot:r:1:topic/a', 'arn:aws:iot:r:1:topic/b'],
  ['ArnLike', 'arn:aws:iot:*:1:topic/*', 'arn:aws:iot:r:1:topic/a/b', 'arn:aws:iot:r:2:topic/a'],
  ['ArnNotEquals', 'arn:aws:iot:r:1:topic/a', 'arn:aws:iot:r:1:topic/b', 'arn:aws:iot:r:1:topic/a'],
  ['ArnNotLike', 'arn:aws:iot:r:1:topic/*', 'arn:aws:iot:r:1:client/a', 'arn:aws:iot:r:1:topic/a'],
];

const NEGATED = /Not/;
const KEY = 'iot:Connection.Thing.Attributes[v]';
const SET = 'iot:ConnectAttributes';

function holds(operator: string, policyValue: string, value: string | undefined): boolean {
  const attributes: Record<string, string> = value === undefined ? {} : { v: value };
  const statement = allow('iot:Publish', '*', when(operator, KEY, policyValue));
  return decide([statement], 'iot:Publish', '*', { thing: { thingName: 't', attributes } }) === 'ALLOWED';
}

function holdsForSet(operator: string, policyValue: string, values: readonly string[]): boolean {
  const statement = allow('iot:Connect', '*', when(operator, SET, policyValue));
  return decide([statement], 'iot:Connect', '*', { connectAttributes: values }) === 'ALLOWED';
}

// IAM: "IAM JSON policy elements: Condition operators", "Multivalued context keys"
describe('the condition operator', () => {
  it.each(OPERATORS)('%s compares', (operator, policyValue, good, bad) => {
    expect(holds(operator, policyValue, good)).toBe(true);
    expect(holds(operator, policyValue, bad)).toBe(false);
    expect(holds(operator, policyValue, undefined)).toBe(NEGATED.test(operator));
  });

  it.each(OPERATORS)('%sIfExists compares, and holds for an absent key', (operator, policyValue, good, bad) => {
    expect(holds(`${operator}IfExists`, policyValue, good)).toBe(true);
    expect(holds(`${operator}IfExists`, policyValue, bad)).toBe(false);
    expect(holds(`${operator}IfExists`, policyValue, undefined)).toBe(true);
  });

  it.each(OPERATORS)('ForAllValues:%s wants every value of a set, and holds for none', (operator, value, good, bad) => {
    for (const suffix of ['', 'IfExists']) {
      const name = `ForAllValues:${operator}${suffix}`;
      expect(holdsForSet(name, value, [good, good])).toBe(true);
      expect(holdsForSet(name, value, [good, bad])).toBe(false);
      expect(holdsForSet(name, value, [])).toBe(true);
    }
  });

  it.each(OPERATORS)('ForAnyValue:%s wants one value of a set, so it fails for none', (operator, value, good, bad) => {
    expect(holdsForSet(`ForAnyValue:${operator}`, value, [bad, good])).toBe(true);
    expect(holdsForSet(`ForAnyValue:${operator}`, value, [bad, bad])).toBe(false);
    expect(holdsForSet(`ForAnyValue:${operator}`, value, [])).toBe(false);
    expect(holdsForSet(`ForAnyValue:${operator}IfExists`, value, [bad, bad])).toBe(false);
    expect(holdsForSet(`ForAnyValue:${operator}IfExists`, value, [])).toBe(true);
  });

  it('Null asks whether a key is absent', () => {
    expect(holds('Null', 'true', undefined)).toBe(true);
    expect(holds('Null', 'true', 'x')).toBe(false);
    expect(holds('Null', 'false', undefined)).toBe(false);
    expect(holds('Null', 'false', 'x')).toBe(true);
  });

  it('has a row here, whatever its prefix and suffix', () => {
    const rows = OPERATORS.flatMap(([name]) =>
      ['', 'ForAllValues:', 'ForAnyValue:'].flatMap((prefix) => [`${prefix}${name}`, `${prefix}${name}IfExists`]),
    );
    expect([...rows, 'Null'].sort()).toEqual([...OPERATOR_SPELLINGS].sort());
  });
});
