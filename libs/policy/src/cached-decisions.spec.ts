import fc from 'fast-check';
import { CachedDecisions, compilePolicies, iotArn, parsePolicyDocument, type ArnKind } from './index.js';

const scope = { region: 'eu-test-1', account: '111111111111' };

function bind() {
  const document = parsePolicyDocument(
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['iot:Publish', 'iot:Subscribe'], Resource: iotArn(scope, 'topic', '*') },
        { Effect: 'Deny', Action: 'iot:Publish', Resource: iotArn(scope, 'topic', '?1') },
      ],
    }),
  );
  return compilePolicies([{ policyName: 'p', document }]).bind({});
}

describe('CachedDecisions', () => {
  it('decides as the policies do, whatever is asked in whatever order', () => {
    const question = fc.tuple(
      fc.constantFrom('iot:Publish', 'iot:Subscribe', 'iot:Receive'),
      fc.constantFrom<ArnKind>('topic', 'topicfilter'),
      fc.constantFrom('a1', 'a2', 'b1', 'b2', 'c'),
    );
    fc.assert(
      fc.property(fc.array(question, { maxLength: 60 }), fc.integer({ min: 2, max: 8 }), (questions, capacity) => {
        const policies = bind();
        const cached = new CachedDecisions(policies, scope, { capacity });
        for (const [action, kind, name] of questions) {
          expect(cached.decide(action, kind, name)).toEqual(policies.decide(action, iotArn(scope, kind, name)));
          expect(cached.size).toBeLessThanOrEqual(capacity);
        }
      }),
    );
  });

  it('answers a repeated question with the decision it has', () => {
    const cached = new CachedDecisions(bind(), scope);
    const first = cached.decide('iot:Publish', 'topic', 'a');
    expect(cached.decide('iot:Publish', 'topic', 'a')).toBe(first);
    expect(cached.size).toBe(1);
  });

  it('keeps what is in use and forgets the rest', () => {
    const cached = new CachedDecisions(bind(), scope, { capacity: 10 });
    const first = cached.decide('iot:Publish', 'topic', 'in use');
    const other = cached.decide('iot:Publish', 'topic', 'left');
    for (let n = 0; n < 100; n++) {
      cached.decide('iot:Publish', 'topic', `topic ${n}`);
      expect(cached.decide('iot:Publish', 'topic', 'in use')).toBe(first);
    }
    expect(cached.decide('iot:Publish', 'topic', 'left')).not.toBe(other);
    expect(cached.size).toBeLessThanOrEqual(10);
  });

  it('remembers 512 decisions unless told otherwise', () => {
    const cached = new CachedDecisions(bind(), scope);
    for (let n = 0; n < 512; n++) cached.decide('iot:Publish', 'topic', `topic ${n}`);
    expect(cached.size).toBe(512);
    for (let n = 512; n < 5000; n++) cached.decide('iot:Publish', 'topic', `topic ${n}`);
    expect(cached.size).toBeLessThanOrEqual(512);
  });
});
