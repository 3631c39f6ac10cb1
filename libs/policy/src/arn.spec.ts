import { iotArn, parseArn } from './index.js';

const scope = { region: 'eu-test-1', account: '111111111111' };

describe('iotArn', () => {
  it.each([
    ['topic', 'site/a', 'arn:aws:iot:eu-test-1:111111111111:topic/site/a'],
    ['topicfilter', 'site/+/#', 'arn:aws:iot:eu-test-1:111111111111:topicfilter/site/+/#'],
    ['client', 'pump 7', 'arn:aws:iot:eu-test-1:111111111111:client/pump 7'],
    ['thing', 'pump-7/cfg', 'arn:aws:iot:eu-test-1:111111111111:thing/pump-7/cfg'],
  ] as const)('spells the ARN of a %s', (kind, name, arn) => {
    expect(iotArn(scope, kind, name)).toBe(arn);
    expect(parseArn(arn)).toEqual({ partition: 'aws', service: 'iot', ...scope, kind, name });
  });
});

describe('parseArn', () => {
  it('keeps colons and slashes of the name', () => {
    expect(parseArn('arn:aws:iot:r:1:thing/a:b/c:d')).toMatchObject({ kind: 'thing', name: 'a:b/c:d' });
  });

  it('takes empty parts and a resource without a slash', () => {
    expect(parseArn('arn::::1:*')).toEqual({
      partition: '',
      service: '',
      region: '',
      account: '1',
      kind: '*',
      name: '',
    });
  });

  it.each(['', '*', 'arn', 'arn:aws:iot:r:1', 'urn:aws:iot:r:1:topic/a', 'topic/a'])('says that %p is none', (text) => {
    expect(parseArn(text)).toBeUndefined();
  });
});
