import {
  getTagsOfResources,
  getTagsOfTopicRules,
  tagResource,
  tagTopicRule,
  untagResource,
  untagTopicRule,
} from '#thingcore/contracts';
import { parseArn } from '#thingcore/policy';
import type { RpcClient } from '#thingcore/transport';

/** Tags by their keys. */
type Tags = Record<string, string>;

/** Adds tags to a resource, whichever service has it. Errors as those of `tagResource`. */
export async function addTags(rpc: RpcClient, resourceArn: string, tags: Tags): Promise<void> {
  await rpc.call(isRule(resourceArn) ? tagTopicRule : tagResource, { resourceArn, tags });
}

/** Takes tags from a resource. Errors as those of `untagResource`. */
export async function removeTags(rpc: RpcClient, resourceArn: string, tagKeys: string[]): Promise<void> {
  await rpc.call(isRule(resourceArn) ? untagTopicRule : untagResource, { resourceArn, tagKeys });
}

/** The tags of resources by their ARNs; a resource that does not exist, or can carry none, is left out. */
export async function tagsOf(rpc: RpcClient, resourceArns: readonly string[]): Promise<Map<string, Tags>> {
  const rules = resourceArns.filter(isRule);
  const others = resourceArns.filter((arn) => !isRule(arn));
  const replies = await Promise.all([
    rules.length === 0 ? undefined : rpc.call(getTagsOfTopicRules, { resourceArns: rules }),
    others.length === 0 ? undefined : rpc.call(getTagsOfResources, { resourceArns: others }),
  ]);
  const resources = replies.flatMap((reply) => reply?.resources ?? []);
  return new Map(resources.map(({ resourceArn, tags }) => [resourceArn, tags]));
}

/** Rules are the only resources with tags that the registry does not have. */
function isRule(resourceArn: string): boolean {
  return parseArn(resourceArn)?.kind === 'rule';
}
