import { z } from 'zod';
import { command } from '../contract.js';
import { tags } from './fields.js';

/** The ARN of a thing type, thing group, billing group, policy or CA certificate. Things themselves carry no tags. */
const resourceArn = z
  .string()
  .regex(
    /^arn:aws:iot:[^:]*:[^:]*:[a-z]+\/.{1,256}$/,
    'must be an ARN, such as arn:aws:iot:us-east-1:123456789012:thinggroup/NAME',
  );

/** Adds tags to a resource; an equal key is overwritten. InvalidRequest beyond 50 tags. */
export const tagResource = command('registry', 'resource.tag.v1', {
  request: z.strictObject({ resourceArn, tags }),
  reply: z.object({}),
});

/** Removes tags from a resource; a key that it does not carry is no error. */
export const untagResource = command('registry', 'resource.untag.v1', {
  request: z.strictObject({ resourceArn, tagKeys: z.array(z.string().max(128)).max(50) }),
  reply: z.object({}),
});

/** All tags of resources; a resource that does not exist is left out. */
export const getTagsOfResources = command('registry', 'resource.tagsOfMany.v1', {
  request: z.strictObject({ resourceArns: z.array(resourceArn).max(1000) }),
  reply: z.object({
    resources: z.array(z.object({ resourceArn: z.string(), tags: z.record(z.string(), z.string()) })),
  }),
});
