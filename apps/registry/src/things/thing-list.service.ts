import { Injectable } from '@nestjs/common';
import type { listThings, ParsedRequestOf, ReplyOf } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { billingGroupNotFound } from '../billing-groups/billing-group-refusals.js';
import { RegistryContext } from '../changes/registry-context.js';
import { toNamedPage } from '../names/named-list.js';
import { ThingSearchStore } from './thing-search.store.js';
import { toThing } from './to-thing.js';

type ListRequest = ParsedRequestOf<typeof listThings>;

/** Finds things. */
@Injectable()
export class ThingListService {
  constructor(
    private readonly search: ThingSearchStore,
    private readonly context: RegistryContext,
  ) {}

  /** A page of the things that meet all filters. */
  async list(request: ListRequest): Promise<ReplyOf<typeof listThings>> {
    checkAttributeFilter(request);
    const records = await this.search.page(request, request.limit + 1);
    if (records.length === 0) await this.checkGroups(request);
    const { page, next } = toNamedPage(records, request, ({ thingName: name, createdAt }) => ({ name, createdAt }));
    return { things: page.map((thing) => toThing(this.context, thing)), ...next };
  }

  /**
   * AWS: ListThingsInThingGroup and ListThingsInBillingGroup refuse a group that does not exist; ListThings finds
   * nothing for a type that does not.
   */
  private async checkGroups(request: ListRequest): Promise<void> {
    const { thingGroupName, billingGroupName } = request;
    if (thingGroupName === undefined && billingGroupName === undefined) return;
    const exists = await this.search.groupsExist(request);
    if (thingGroupName !== undefined && !exists.thingGroup) {
      throw new IotError('ResourceNotFound', `Thing group ${thingGroupName} does not exist`, {
        details: { field: 'thingGroupName', thingGroupName },
      });
    }
    if (billingGroupName !== undefined && !exists.billingGroup) throw billingGroupNotFound(billingGroupName);
  }
}

function checkAttributeFilter({ attributeName, attributeValue, usePrefixAttributeValue }: ListRequest): void {
  if (attributeValue !== undefined && attributeName === undefined) {
    throw new IotError(
      'InvalidRequest',
      `attributeValue ${attributeValue} is of no attribute: give attributeName too`,
      {
        details: { field: 'attributeName' },
      },
    );
  }
  if (usePrefixAttributeValue && attributeValue === undefined) {
    throw new IotError('InvalidRequest', 'usePrefixAttributeValue needs a prefix: give attributeValue too', {
      details: { field: 'attributeValue' },
    });
  }
}
