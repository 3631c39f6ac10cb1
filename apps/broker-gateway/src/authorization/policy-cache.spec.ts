import { IotError } from '#thingcore/errors';
import { PolicyCache } from './policy-cache.js';

const document = (resource: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'iot:*', Resource: resource }] });

describe('PolicyCache', () => {
  it('compiles policies that many principals share once', () => {
    const cache = new PolicyCache();
    const set = cache.compile([{ policyName: 'p', policyDocument: document('*') }]);
    expect(cache.compile([{ policyName: 'p', policyDocument: document('*') }])).toBe(set);
  });

  it.each([
    ['another document', [{ policyName: 'p', policyDocument: document('arn:aws:iot:*:*:topic/a') }]],
    ['another name, which denials tell', [{ policyName: 'q', policyDocument: document('*') }]],
    ['one policy more', ['p', 'q'].map((policyName) => ({ policyName, policyDocument: document('*') }))],
    ['none', []],
  ])('tells it from %s', (_name, policies) => {
    const cache = new PolicyCache();
    const set = cache.compile([{ policyName: 'p', policyDocument: document('*') }]);
    expect(cache.compile(policies)).not.toBe(set);
  });

  it('refuses a document that cannot be read, each time', () => {
    const cache = new PolicyCache();
    const broken = [{ policyName: 'p', policyDocument: '{' }];
    expect(() => cache.compile(broken)).toThrow(IotError);
    expect(() => cache.compile(broken)).toThrow(IotError);
  });
});
