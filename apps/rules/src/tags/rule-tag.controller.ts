import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { getTagsOfTopicRules, type ParsedRequestOf, tagTopicRule, untagTopicRule } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { RuleTagService } from './rule-tag.service.js';

@Controller()
export class RuleTagController {
  constructor(private readonly tags: RuleTagService) {}

  @MessagePattern(tagTopicRule.pattern)
  async tag(@Payload(new ContractPipe(tagTopicRule)) request: ParsedRequestOf<typeof tagTopicRule>) {
    await this.tags.tag(request.resourceArn, request.tags);
    return {};
  }

  @MessagePattern(untagTopicRule.pattern)
  async untag(@Payload(new ContractPipe(untagTopicRule)) request: ParsedRequestOf<typeof untagTopicRule>) {
    await this.tags.untag(request.resourceArn, request.tagKeys);
    return {};
  }

  @MessagePattern(getTagsOfTopicRules.pattern)
  async ofMany(@Payload(new ContractPipe(getTagsOfTopicRules)) request: ParsedRequestOf<typeof getTagsOfTopicRules>) {
    return { resources: await this.tags.ofMany(request.resourceArns) };
  }
}
