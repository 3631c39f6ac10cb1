import { type PolicyContext } from '../index.js';
import { allow, arn, decide, deny, type Statement, when } from './documents.fixture.js';

const PLAIN: PolicyContext = { connectAttributes: [] };
const PERSISTENT: PolicyContext = { connectAttributes: ['PersistentConnect'] };
const WILL: PolicyContext = { connectAttributes: ['LastWill'], lastWillTopic: arn('topic', 'w/a') };
const OTHER_WILL: PolicyContext = { connectAttributes: ['LastWill'], lastWillTopic: arn('topic', 'w/b') };
const BOTH: PolicyContext = {
  connectAttributes: ['PersistentConnect', 'LastWill'],
  lastWillTopic: arn('topic', 'w/a'),
};
const ALL = { PLAIN, PERSISTENT, WILL, OTHER_WILL, BOTH };

const all = (values: string[]) => when('ForAllValues:StringEquals', 'iot:ConnectAttributes', values);
const any = (values: string[]) => when('ForAnyValue:StringEquals', 'iot:ConnectAttributes', values);
const connect = (condition: Statement = {}) => allow('iot:Connect', '*', condition);

// AWS: "MQTT persistent sessions policy examples", "Last Will and Testament (LWT) policy examples"
describe('iot:Connect', () => {
  it.each<[string, Statement[], (keyof typeof ALL)[]]>([
    ['only plain connects', [connect(all([]))], ['PLAIN']],
    ['may be persistent, no will', [connect(all(['PersistentConnect']))], ['PLAIN', 'PERSISTENT']],
    ['must be persistent', [connect(any(['PersistentConnect']))], ['PERSISTENT', 'BOTH']],
    [
      'both or fewer, nothing new',
      [connect(all(['PersistentConnect', 'LastWill']))],
      ['PLAIN', 'PERSISTENT', 'WILL', 'OTHER_WILL', 'BOTH'],
    ],
    [
      'never persistent',
      [connect(), deny('iot:Connect', '*', any(['PersistentConnect']))],
      ['PLAIN', 'WILL', 'OTHER_WILL'],
    ],
    [
      'will only on one topic',
      [connect(when('ArnEquals', 'iot:LastWillTopic', arn('topic', 'w/a')))],
      ['WILL', 'BOTH'],
    ],
    [
      'will on a pattern of topics (ArnLike)',
      [connect(when('ArnLike', 'iot:LastWillTopic', arn('topic', 'w/*')))],
      ['WILL', 'OTHER_WILL', 'BOTH'],
    ],
    [
      'an unconditional Allow permits everything, including persistence and wills',
      [connect()],
      ['PLAIN', 'PERSISTENT', 'WILL', 'OTHER_WILL', 'BOTH'],
    ],
  ])('admits what is meant: %s', (_intent, statements, admitted) => {
    const allowed = Object.entries(ALL).filter(
      ([, context]) => decide(statements, 'iot:Connect', arn('client', 'c1'), context) === 'ALLOWED',
    );
    expect(allowed.map(([name]) => name)).toEqual(admitted);
  });

  it.each([
    ['ForAllValues is true on an EMPTY set (clean session, no will)', all(['PersistentConnect']), 'ALLOWED'],
    ['ForAnyValue is false on it', any(['PersistentConnect']), 'IMPLICIT_DENY'],
  ])('%s', (_rule, condition, expected) => {
    expect(decide([connect(condition)], 'iot:Connect', arn('client', 'c1'), PLAIN)).toBe(expected);
  });
});
