import { CompiledCondition } from './compiled-condition.js';
import { parseConditionOperator } from './condition-operator.js';
import { type PolicyContext } from './index.js';

const ATTRIBUTE = 'iot:Connection.Thing.Attributes[v]';
const ATTRIBUTES = 'iot:ConnectAttributes';

function holds(operatorName: string, key: string, values: readonly string[], context: PolicyContext): boolean {
  const operator = parseConditionOperator(operatorName);
  if (operator === undefined) throw new Error(`no operator ${operatorName}`);
  return new CompiledCondition({ operator, key, values }).evaluate(context).holds;
}

function attribute(value: string): PolicyContext {
  return { clientId: 'c1', thing: { thingName: 't', attributes: { v: value } } };
}

describe('CompiledCondition', () => {
  it.each([
    ['StringEquals', 'a', ['a'], true],
    ['StringEquals', 'a', ['b', 'a'], true],
    ['StringEquals', 'a', ['A'], false],
    ['StringEquals', 'ab', ['a*'], false],
    ['StringEquals', 'a*', ['a*'], true],
    ['StringEquals', 'a', [], false],
    ['StringNotEquals', 'a', ['b', 'c'], true],
    ['StringNotEquals', 'a', ['b', 'a'], false],
    ['StringEqualsIgnoreCase', 'a', ['A'], true],
    ['StringEqualsIgnoreCase', 'a', ['B'], false],
    ['StringNotEqualsIgnoreCase', 'a', ['A'], false],
    ['StringNotEqualsIgnoreCase', 'a', ['B'], true],
    ['StringLike', 'a/b', ['a/*'], true],
    ['StringLike', 'a', ['?'], true],
    ['StringLike', 'A', ['a*'], false],
    ['StringNotLike', 'a/b', ['a/*'], false],
    ['StringNotLike', 'a/b', ['b/*'], true],
    ['NumericEquals', '10', ['1e1'], true],
    ['NumericEquals', '10.0', ['10'], true],
    ['NumericEquals', 'ten', ['10'], false],
    ['NumericNotEquals', '10', ['10'], false],
    ['NumericNotEquals', '10', ['11'], true],
    ['NumericLessThan', '9', ['10'], true],
    ['NumericLessThan', '10', ['10'], false],
    ['NumericLessThan', '', ['10'], false],
    ['NumericLessThanEquals', '10', ['10'], true],
    ['NumericLessThanEquals', '10.1', ['10'], false],
    ['NumericGreaterThan', '11', ['10'], true],
    ['NumericGreaterThan', '10', ['10'], false],
    ['NumericGreaterThanEquals', '10', ['10'], true],
    ['NumericGreaterThanEquals', '-10', ['10'], false],
    ['DateEquals', '2026-01-01', ['2026-01-01T00:00:00Z'], true],
    ['DateEquals', '2026-01-01T01:00:00+01:00', ['2026-01-01T00:00:00Z'], true],
    ['DateEquals', '1767225600', ['2026-01-01'], true],
    ['DateEquals', 'today', ['2026-01-01'], false],
    ['DateNotEquals', '2026-01-01', ['2026-01-01'], false],
    ['DateNotEquals', '2026-01-02', ['2026-01-01'], true],
    ['DateLessThan', '2025-12-31T23:59:59Z', ['2026-01-01'], true],
    ['DateLessThan', '2026-01-01', ['2026-01-01'], false],
    ['DateLessThanEquals', '2026-01-01', ['2026-01-01'], true],
    ['DateLessThanEquals', '2026-01-02', ['2026-01-01'], false],
    ['DateGreaterThan', '2026-01-02', ['2026-01-01'], true],
    ['DateGreaterThan', '2026-01-01', ['2026-01-01'], false],
    ['DateGreaterThanEquals', '2026-01-01', ['2026-01-01'], true],
    ['DateGreaterThanEquals', '2025-12-31', ['2026-01-01'], false],
    ['Bool', 'true', ['TRUE'], true],
    ['Bool', 'false', ['true'], false],
    ['BinaryEquals', 'AQI=', ['AQI='], true],
    ['BinaryEquals', 'AQI=', ['aqi='], false],
    ['IpAddress', '198.51.100.9', ['10.0.0.0/8', '198.51.100.0/24'], true],
    ['IpAddress', '198.51.101.9', ['198.51.100.0/24'], false],
    ['NotIpAddress', '198.51.100.9', ['198.51.100.0/24'], false],
    ['NotIpAddress', '198.51.101.9', ['198.51.100.0/24'], true],
    ['ArnEquals', 'arn:aws:iot:r:1:topic/a', ['arn:aws:iot:r:1:topic/a'], true],
    ['ArnEquals', 'arn:aws:iot:r:1:topic/a', ['arn:aws:iot:*:*:topic/*'], true],
    ['ArnEquals', 'arn:aws:iot:r:1:topic/a', ['arn:aws:iot:*:topic/a:*'], false],
    ['ArnLike', 'arn:aws:iot:r:1:topic/a:b', ['arn:aws:iot:r:?:topic/*:b'], true],
    ['ArnLike', 'arn:aws:iot:r:1:topic/a', ['*'], true],
    ['ArnLike', 'topic/a', ['*'], false],
    ['ArnLike', 'topic/a', ['arn:aws:iot:r:1:topic/a'], false],
    ['ArnNotEquals', 'arn:aws:iot:r:1:topic/a', ['arn:aws:iot:r:1:topic/a'], false],
    ['ArnNotEquals', 'arn:aws:iot:r:1:topic/a', ['arn:aws:iot:r:1:topic/b'], true],
    ['ArnNotLike', 'arn:aws:iot:r:1:topic/a', ['arn:aws:iot:r:1:topic/*'], false],
    ['ArnNotLike', 'arn:aws:iot:r:1:topic/a', ['arn:aws:iot:r:1:client/*'], true],
    ['Null', 'x', ['false'], true],
    ['Null', 'x', ['true'], false],
    ['StringEqualsIfExists', 'a', ['b'], false],
    ['StringEqualsIfExists', 'a', ['a'], true],
    ['StringEquals', 'c1', ['${iot:ClientId}'], true],
    ['StringLike', 'c1/x', ['${iot:ClientId}/*'], true],
    ['StringEquals', 'a', ['${iot:DomainName}', 'a'], true],
    ['StringEquals', '${iot:DomainName}', ['${iot:DomainName}'], false],
    ['StringNotEquals', 'a', ['${iot:DomainName}'], false],
  ] as const)('%s holds for %p against %p: %p', (operator, actual, values, expected) => {
    expect(holds(operator, ATTRIBUTE, values, attribute(actual))).toBe(expected);
  });

  // IAM: "Condition operators", keys that are not in the request
  it.each([
    ['StringEquals', ['a'], false],
    ['StringNotEquals', ['a'], true],
    ['StringLike', ['*'], false],
    ['StringNotLike', ['*'], true],
    ['NumericLessThan', ['1'], false],
    ['Bool', ['false'], false],
    ['IpAddress', ['0.0.0.0/0'], false],
    ['NotIpAddress', ['0.0.0.0/0'], true],
    ['ArnNotLike', ['*'], true],
    ['Null', ['true'], true],
    ['Null', ['false'], false],
    ['StringEqualsIfExists', ['a'], true],
    ['BoolIfExists', ['true'], true],
    ['ForAllValues:StringEquals', ['a'], true],
    ['ForAnyValue:StringEquals', ['a'], false],
    ['ForAnyValue:StringNotEquals', ['a'], false],
    ['ForAnyValue:StringEqualsIfExists', ['a'], true],
  ])('%s %p on an absent key: %p', (operator, values, expected) => {
    expect(holds(operator, ATTRIBUTE, values, {})).toBe(expected);
  });

  // IAM: "Multivalued context keys"
  it.each([
    ['ForAllValues:StringEquals', ['A', 'B'], ['A', 'B', 'C'], true],
    ['ForAllValues:StringEquals', ['A', 'B'], ['A'], false],
    ['ForAllValues:StringEquals', [], [], true],
    ['ForAllValues:StringEquals', ['A'], [], false],
    ['ForAllValues:StringNotEquals', ['A', 'B'], ['C'], true],
    ['ForAllValues:StringNotEquals', ['A', 'B'], ['B'], false],
    ['ForAnyValue:StringEquals', ['A', 'B'], ['B', 'C'], true],
    ['ForAnyValue:StringEquals', ['A', 'B'], ['C'], false],
    ['ForAnyValue:StringEquals', [], ['A'], false],
    ['ForAnyValue:StringNotEquals', ['A', 'B'], ['A'], true],
    ['ForAnyValue:StringNotEquals', ['A'], ['A'], false],
    ['ForAnyValue:StringLike', ['Abc'], ['A*'], true],
    ['StringEquals', ['A', 'B'], ['B'], true],
    ['StringNotEquals', ['A', 'B'], ['B'], false],
    ['Null', [], ['true'], true],
    ['Null', ['A'], ['false'], true],
  ] as const)('%s takes the set %p against %p for %p', (operator, set, values, expected) => {
    expect(holds(operator, ATTRIBUTES, values, { connectAttributes: set })).toBe(expected);
  });
});
