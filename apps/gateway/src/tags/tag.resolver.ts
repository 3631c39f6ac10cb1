import { UseFilters } from '@nestjs/common';
import { Args, Context, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { RpcClient } from '#thingcore/transport';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { ObjectMutation } from '../mutations/payload-mutation.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import { asStringMap } from '../scalars/string-map.js';
import { addTags, removeTags } from './resource-tags.js';
import { TaggedResource, TagResourceInput, UntagResourceInput } from './tagged-resource.type.js';

@Resolver(() => TaggedResource)
@UseFilters(GraphqlErrorFilter)
export class TagResolver {
  constructor(private readonly rpc: RpcClient) {}

  @ResolveField(() => JsonScalar, { description: 'All its tags: an object of texts.' })
  async tags(
    @Parent() { resourceArn }: TaggedResource,
    @Context() { loaders }: GatewayContext,
  ): Promise<Record<string, string>> {
    return (await loaders.tags.load(resourceArn)) ?? {};
  }

  @ObjectMutation('resource', () => TaggedResource, {
    description: 'Adds tags to a resource, which carries at most 50.',
  })
  async tagResource(
    @Args('input', { type: () => TagResourceInput, description: 'The resource and the tags.' })
    { resourceArn, tags }: TagResourceInput,
  ): Promise<TaggedResource> {
    await addTags(this.rpc, resourceArn, asStringMap(tags) ?? {});
    return { resourceArn };
  }

  @ObjectMutation('resource', () => TaggedResource, { description: 'Removes tags from a resource.' })
  async untagResource(
    @Args('input', { type: () => UntagResourceInput, description: 'The resource and the keys of the tags.' })
    { resourceArn, tagKeys }: UntagResourceInput,
  ): Promise<TaggedResource> {
    await removeTags(this.rpc, resourceArn, tagKeys);
    return { resourceArn };
  }
}
