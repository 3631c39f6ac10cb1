import { UseFilters } from '@nestjs/common';
import { Args, Context, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { tagResource, untagResource } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import type { GatewayContext } from '../requests/gateway-context.js';
import { JsonScalar } from '../scalars/json.scalar.js';
import { asStringMap } from '../scalars/string-map.js';
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

  @Mutation(() => TaggedResource, { description: 'Adds tags to a resource, which carries at most 50.' })
  async tagResource(
    @Args('input', { type: () => TagResourceInput, description: 'The resource and the tags.' })
    { resourceArn, tags }: TagResourceInput,
  ): Promise<TaggedResource> {
    await this.rpc.call(tagResource, { resourceArn, tags: asStringMap(tags) ?? {} });
    return { resourceArn };
  }

  @Mutation(() => TaggedResource, { description: 'Removes tags from a resource.' })
  async untagResource(
    @Args('input', { type: () => UntagResourceInput, description: 'The resource and the keys of the tags.' })
    { resourceArn, tagKeys }: UntagResourceInput,
  ): Promise<TaggedResource> {
    await this.rpc.call(untagResource, { resourceArn, tagKeys });
    return { resourceArn };
  }
}
