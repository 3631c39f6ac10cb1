import { z } from 'zod';
import { command } from './contract.js';
import { tags } from './registry/fields.js';

const resourceArn = z
  .string()
  .regex(
    /^arn:aws:iot:[^:]*:[^:]*:rule\/[a-zA-Z0-9_]{1,128}$/,
    'must be the ARN of a rule, such as arn:aws:iot:us-east-1:123456789012:rule/NAME',
  );

/** Adds tags to a rule; an equal key is overwritten. InvalidRequest beyond 50 tags, ResourceNotFound. */
export const tagTopicRule = command('rules', 'rule.tag.v1', {
  request: z.strictObject({ resourceArn, tags }),
  reply: z.object({}),
});

/** Removes tags from a rule; a key that it does not carry is no error. ResourceNotFound. */
export const untagTopicRule = command('rules', 'rule.untag.v1', {
  request: z.strictObject({ resourceArn, tagKeys: z.array(z.string().max(128)).max(50) }),
  reply: z.object({}),
});

/** All tags of rules; a rule that does not exist is left out. */
export const getTagsOfTopicRules = command('rules', 'rule.tagsOfMany.v1', {
  request: z.strictObject({ resourceArns: z.array(resourceArn).max(1000) }),
  reply: z.object({
    resources: z.array(z.object({ resourceArn: z.string(), tags: z.record(z.string(), z.string()) })),
  }),
});
