import { TAGGABLE_KINDS, taggableResource } from './taggable-resource.js';

const scope = { region: 'us-east-1', account: '123456789012' };
const arn = (resource: string) => `arn:aws:iot:us-east-1:123456789012:${resource}`;

describe('taggableResource', () => {
  it.each(TAGGABLE_KINDS)('knows the kind %s', (kind) => {
    expect(taggableResource(scope, arn(`${kind}/a:b-c`))).toEqual({ kind, name: 'a:b-c' });
  });

  it.each([
    // AWS: individual things are not taggable.
    ['a thing', arn('thing/lamp'), 'kind'],
    ['a device certificate', arn('cert/abc'), 'kind'],
    ['text that is no ARN', 'lamp', 'kind'],
    ['another region', 'arn:aws:iot:eu-west-1:123456789012:thingtype/press', 'elsewhere'],
    ['another account', 'arn:aws:iot:us-east-1:000000000000:thingtype/press', 'elsewhere'],
    ['another service', 'arn:aws:s3:us-east-1:123456789012:thingtype/press', 'elsewhere'],
  ])('finds nothing in %s', (_name, resourceArn, why) => {
    expect(taggableResource(scope, resourceArn)).toBe(why);
  });
});
