import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { getTagsOfResources, type ParsedRequestOf, tagResource, untagResource } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { TagService } from './tag.service.js';

@Controller()
export class TagController {
  constructor(private readonly tags: TagService) {}

  @MessagePattern(tagResource.pattern)
  async tag(@Payload(new ContractPipe(tagResource)) request: ParsedRequestOf<typeof tagResource>) {
    await this.tags.tag(request);
    return {};
  }

  @MessagePattern(untagResource.pattern)
  async untag(@Payload(new ContractPipe(untagResource)) request: ParsedRequestOf<typeof untagResource>) {
    await this.tags.untag(request);
    return {};
  }

  @MessagePattern(getTagsOfResources.pattern)
  async ofMany(@Payload(new ContractPipe(getTagsOfResources)) request: ParsedRequestOf<typeof getTagsOfResources>) {
    return { resources: await this.tags.ofMany(request.resourceArns) };
  }
}
