import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  deleteShadow,
  getShadow,
  getShadows,
  listNamedShadows,
  type ParsedRequestOf,
  performShadowRequests,
  revertShadow,
  updateShadow,
} from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { NamedShadowsStore } from './reads/named-shadows.store.js';
import { ShadowRequests } from './shadow-requests.js';
import { ShadowService } from './shadow.service.js';

@Controller()
export class ShadowController {
  constructor(
    private readonly shadows: ShadowService,
    private readonly requests: ShadowRequests,
    private readonly names: NamedShadowsStore,
  ) {}

  @MessagePattern(updateShadow.pattern)
  async update(@Payload(new ContractPipe(updateShadow)) request: ParsedRequestOf<typeof updateShadow>) {
    const { payload, author, ...key } = request;
    return { accepted: await this.shadows.update(key, Buffer.from(payload, 'base64'), author) };
  }

  @MessagePattern(getShadow.pattern)
  async get(@Payload(new ContractPipe(getShadow)) { payload, ...key }: ParsedRequestOf<typeof getShadow>) {
    return { document: await this.shadows.get(key, Buffer.from(payload, 'base64')) };
  }

  @MessagePattern(getShadows.pattern)
  async getMany(@Payload(new ContractPipe(getShadows)) request: ParsedRequestOf<typeof getShadows>) {
    return { shadows: await this.shadows.getMany(request.thingNames, request.shadowName) };
  }

  @MessagePattern(deleteShadow.pattern)
  async delete(@Payload(new ContractPipe(deleteShadow)) request: ParsedRequestOf<typeof deleteShadow>) {
    const { payload, author, ...key } = request;
    return { deleted: await this.shadows.delete(key, Buffer.from(payload, 'base64'), author) };
  }

  @MessagePattern(performShadowRequests.pattern)
  async performMany(
    @Payload(new ContractPipe(performShadowRequests)) { requests }: ParsedRequestOf<typeof performShadowRequests>,
  ) {
    return { outcomes: await this.requests.performAll(requests) };
  }

  @MessagePattern(revertShadow.pattern)
  async revert(@Payload(new ContractPipe(revertShadow)) request: ParsedRequestOf<typeof revertShadow>) {
    const { thingName, shadowName, author, ...revert } = request;
    return { accepted: await this.shadows.revert({ thingName, shadowName }, revert, author) };
  }

  @MessagePattern(listNamedShadows.pattern)
  async listNamed(@Payload(new ContractPipe(listNamedShadows)) request: ParsedRequestOf<typeof listNamedShadows>) {
    return { things: await this.names.list(request.thingNames, request.limit, request.after) };
  }
}
