import { UseFilters } from '@nestjs/common';
import { Args, Context, Resolver, Subscription } from '@nestjs/graphql';
import { listRegistryChanges } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { checkedInTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import type { SubscriptionContext } from '../requests/gateway-context.js';
import { RegistryChangeFeed } from './registry-change-feed.js';
import {
  REGISTRY_CHANGE_FIELDS,
  RegistryChange,
  RegistryChangedArgs,
  toRegistryChangeFilter,
} from './registry-change.type.js';

/** Shows the changes of the registry. */
@Resolver(() => RegistryChange)
@UseFilters(GraphqlErrorFilter)
export class RegistryChangedResolver {
  constructor(private readonly feed: RegistryChangeFeed) {}

  @Subscription(() => RegistryChange, {
    description:
      'The changes of the registry that meet all that is given: from now on, or from the cursor `after` on. Each comes once, in one order for all. Whether its kind of events is published to devices does not matter.',
    resolve: (change: RegistryChange) => change,
  })
  registryChanged(
    @Args() { after, ...args }: RegistryChangedArgs,
    @Context() { connection, lastEventId }: SubscriptionContext,
  ): Promise<AsyncIterableIterator<RegistryChange>> {
    const filter = toRegistryChangeFilter(args);
    // No service sees the filter of a live subscription: with a name that nothing can have it would wait for ever.
    checkedInTermsOf(REGISTRY_CHANGE_FIELDS, () => new ContractPipe(listRegistryChanges).transform(filter));
    return this.feed.subscribe(connection, filter, lastEventId ?? after ?? undefined);
  }
}
