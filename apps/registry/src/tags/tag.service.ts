import { Injectable } from '@nestjs/common';
import type { getTagsOfResources, ParsedRequestOf, ReplyOf, tagResource, untagResource } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Scope } from '#thingcore/platform';
import { type RegistryTransaction, RegistryTransactions } from '../changes/registry-transactions.js';
import { TagStore } from './tag.store.js';
import { TAGGABLE_KINDS, taggableResource, type TaggableResource } from './taggable-resource.js';
import { TaggableResourceStore } from './taggable-resource.store.js';

/** Tags of thing types, thing groups, billing groups, policies and CA certificates. */
@Injectable()
export class TagService {
  constructor(
    private readonly tags: TagStore,
    private readonly resources: TaggableResourceStore,
    private readonly transactions: RegistryTransactions,
    private readonly scope: Scope,
  ) {}

  async tag({ resourceArn, tags }: ParsedRequestOf<typeof tagResource>): Promise<void> {
    await this.transactions.run(async (tx) => {
      await this.lock(tx, resourceArn);
      await this.tags.put(tx.manager, resourceArn, tags);
    });
  }

  async untag({ resourceArn, tagKeys }: ParsedRequestOf<typeof untagResource>): Promise<void> {
    await this.transactions.run(async (tx) => {
      await this.lock(tx, resourceArn);
      await this.tags.remove(tx.manager, resourceArn, tagKeys);
    });
  }

  /** The tags of resources, in the order asked; what does not exist, or cannot carry tags, is left out. */
  async ofMany(resourceArns: string[]): Promise<ReplyOf<typeof getTagsOfResources>['resources']> {
    const [existing, tags] = await Promise.all([this.existing(resourceArns), this.tags.ofMany(resourceArns)]);
    return resourceArns
      .filter((resourceArn) => existing.has(resourceArn))
      .map((resourceArn) => ({ resourceArn, tags: tags.get(resourceArn) ?? {} }));
  }

  private async existing(resourceArns: string[]): Promise<Set<string>> {
    const found = await Promise.all(
      TAGGABLE_KINDS.map(async (kind) => {
        const asked = resourceArns.flatMap((resourceArn) => {
          const resource = taggableResource(this.scope, resourceArn);
          return typeof resource === 'object' && resource.kind === kind ? [{ resourceArn, name: resource.name }] : [];
        });
        if (asked.length === 0) return [];
        const names = await this.resources.existing(kind, [...new Set(asked.map(({ name }) => name))]);
        return asked.filter(({ name }) => names.has(name)).map(({ resourceArn }) => resourceArn);
      }),
    );
    return new Set(found.flat());
  }

  private async lock(tx: RegistryTransaction, resourceArn: string): Promise<void> {
    const resource = this.resourceOf(resourceArn);
    if (resource !== undefined && (await this.resources.lock(tx.manager, resource))) return;
    throw new IotError('ResourceNotFound', `Resource ${resourceArn} does not exist`, {
      details: { field: 'resourceArn', resourceArn },
    });
  }

  /** `undefined` when there can be no such resource here; InvalidRequest when it could never carry tags. */
  private resourceOf(resourceArn: string): TaggableResource | undefined {
    const resource = taggableResource(this.scope, resourceArn);
    if (resource === 'elsewhere') return undefined;
    if (resource !== 'kind') return resource;
    throw new IotError(
      'InvalidRequest',
      `${resourceArn} cannot carry tags; ARNs that can are those of ${TAGGABLE_KINDS.join(', ')}`,
      { details: { field: 'resourceArn', kinds: [...TAGGABLE_KINDS] } },
    );
  }
}
