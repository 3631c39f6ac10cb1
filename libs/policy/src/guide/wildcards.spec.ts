import { allow, arn, bind, decide, deny } from './documents.fixture.js';

function isAllowed(pattern: string, filter: string, clientId?: string): boolean {
  const statements = [allow('iot:Subscribe', arn('topicfilter', pattern))];
  const context = clientId === undefined ? {} : { clientId };
  return decide(statements, 'iot:Subscribe', arn('topicfilter', filter), context) === 'ALLOWED';
}

// AWS: "Using wildcard characters in MQTT and AWS IoT Core policies"
describe('in the resource of a policy', () => {
  it.each([
    ['+ is a literal plus', 'a/+/b', 'a/+/b', true],
    ['+ is not one level', 'a/+/b', 'a/x/b', false],
    ['# is a literal hash', 'a/#', 'a/#', true],
    ['# is not the rest of the tree', 'a/#', 'a/b', false],
    ['* is any run of characters', 'a/*/c', 'a/bb/c', true],
    ['* is any run of characters, INCLUDING /', 'a/*/c', 'a/b/b/c', true],
    ['* is any run of characters, also of none', 'a/*', 'a/', true],
    ['* is a literal in a filter only', 'a/${*}', 'a/*', true],
    ['? is exactly one character', 'a/?', 'a/b', true],
    ['? is exactly one character, incl. /', 'a?b', 'a/b', true],
    ['? is not two characters', 'a/?', 'a/bb', false],
    ['? is not no character', 'a/?', 'a/', false],
    ['some/+/topic authorises only the literal filter some/+/topic', 'some/+/topic', 'some/+/topic', true],
    ['some/+/topic does not authorise some/a/topic', 'some/+/topic', 'some/a/topic', false],
    ['some/*/topic authorises some/+/topic', 'some/*/topic', 'some/+/topic', true],
    ['some/*/topic authorises some/a/topic', 'some/*/topic', 'some/a/topic', true],
    ['some/*/topic authorises also some/a/b/topic', 'some/*/topic', 'some/a/b/topic', true],
    ['topic/a/* does not match topic/a', 'a/*', 'a', false],
    ['the match is case-sensitive', 'a/*', 'A/b', false],
    ['${*} is a literal star', 'a${*}', 'a*', true],
    ['${*} is no wildcard', 'a${*}', 'ab', false],
    ['${?} is a literal question mark', 'a${?}', 'a?', true],
    ['${?} is no wildcard', 'a${?}', 'ab', false],
    ['${$} is a literal dollar sign', '${$}{iot:ClientId}', '${iot:ClientId}', true],
    ['${$} begins no variable', '${$}{iot:ClientId}', 'c1', false],
  ])('%s', (_claim, pattern, filter, expected) => {
    expect(isAllowed(pattern, filter, 'c1')).toBe(expected);
  });

  it('an omitted region or account is legal with wildcards: arn:aws:iot:*:*:topic/x', () => {
    const statements = [allow('iot:Publish', 'arn:aws:iot:*:*:topic/x')];
    expect(decide(statements, 'iot:Publish', arn('topic', 'x'))).toBe('ALLOWED');
    expect(decide(statements, 'iot:Publish', arn('topic', 'y'))).toBe('IMPLICIT_DENY');
  });

  it('matching is string matching of the requested filter, not set containment', () => {
    const policies = bind([
      allow('iot:Subscribe', arn('topicfilter', 'a/*')),
      deny('iot:Subscribe', arn('topicfilter', 'a/restricted/*')),
      allow('iot:Receive', arn('topic', 'a/*')),
      deny('iot:Receive', arn('topic', 'a/restricted/*')),
    ]);
    expect(policies.decide('iot:Subscribe', arn('topicfilter', 'a/#')).decision).toBe('ALLOWED');
    expect(policies.decide('iot:Subscribe', arn('topicfilter', 'a/restricted/x')).decision).toBe('EXPLICIT_DENY');
    // The fix: iot:Receive is asked for the topic of each message.
    expect(policies.decide('iot:Receive', arn('topic', 'a/restricted/x')).decision).toBe('EXPLICIT_DENY');
    expect(policies.decide('iot:Receive', arn('topic', 'a/open')).decision).toBe('ALLOWED');
  });

  it.each(['+', '#', '*', '?', '$', 'a+b'])(
    '${iot:ClientId} may itself be %s, and then nothing matches',
    (clientId) => {
      expect(isAllowed('my/${iot:ClientId}/x', `my/${clientId}/x`, clientId)).toBe(false);
      expect(isAllowed('my/${iot:ClientId}/x', 'my/a/x', clientId)).toBe(false);
      expect(isAllowed('my/${iot:ClientId}/x', 'my/${iot:ClientId}/x', clientId)).toBe(false);
    },
  );
});
