import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { deleteShadow, getShadow, getShadows, type ParsedRequestOf, updateShadow } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { ShadowService } from './shadow.service.js';

@Controller()
export class ShadowController {
  constructor(private readonly shadows: ShadowService) {}

  @MessagePattern(updateShadow.pattern)
  async update(@Payload(new ContractPipe(updateShadow)) { payload, ...key }: ParsedRequestOf<typeof updateShadow>) {
    return { accepted: await this.shadows.update(key, Buffer.from(payload, 'base64')) };
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
  async delete(@Payload(new ContractPipe(deleteShadow)) { payload, ...key }: ParsedRequestOf<typeof deleteShadow>) {
    return { deleted: await this.shadows.delete(key, Buffer.from(payload, 'base64')) };
  }
}
