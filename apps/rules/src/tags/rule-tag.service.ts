import { Injectable } from '@nestjs/common';
import type { getTagsOfTopicRules, ReplyOf } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Scope } from '#thingcore/platform';
import { iotArn, parseArn } from '#thingcore/policy';
import { RuleTagStore, type TagManager, type Tags } from './rule-tag.store.js';

/** Tags of rules. */
@Injectable()
export class RuleTagService {
  constructor(
    private readonly store: RuleTagStore,
    private readonly scope: Scope,
  ) {}

  tag(resourceArn: string, tags: Tags): Promise<void> {
    return this.change(resourceArn, (manager, ruleName) => this.store.put(manager, ruleName, tags));
  }

  untag(resourceArn: string, tagKeys: readonly string[]): Promise<void> {
    return this.change(resourceArn, (manager, ruleName) => this.store.remove(manager, ruleName, tagKeys));
  }

  /** The tags of rules in the order asked; a rule that does not exist is left out. */
  async ofMany(resourceArns: readonly string[]): Promise<ReplyOf<typeof getTagsOfTopicRules>['resources']> {
    const names = resourceArns.map((resourceArn) => ({ resourceArn, ruleName: this.nameOf(resourceArn) }));
    const found = await this.store.ofMany(names.flatMap(({ ruleName }) => (ruleName === undefined ? [] : [ruleName])));
    return names.flatMap(({ resourceArn, ruleName }) => {
      const tags = ruleName === undefined ? undefined : found.get(ruleName);
      return tags === undefined ? [] : [{ resourceArn, tags: { ...tags } }];
    });
  }

  private async change(
    resourceArn: string,
    work: (manager: TagManager, ruleName: string) => Promise<void>,
  ): Promise<void> {
    const ruleName = this.nameOf(resourceArn);
    if (ruleName !== undefined && (await this.store.change(ruleName, (manager) => work(manager, ruleName)))) return;
    throw new IotError('ResourceNotFound', `Resource ${resourceArn} does not exist`, {
      details: { field: 'resourceArn', resourceArn },
    });
  }

  /** Nothing for an ARN of another region or account: there is no such rule here. */
  private nameOf(resourceArn: string): string | undefined {
    const name = parseArn(resourceArn)?.name ?? '';
    return resourceArn === iotArn(this.scope, 'rule', name) ? name : undefined;
  }
}
