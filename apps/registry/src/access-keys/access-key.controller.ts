import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  createAccessKey,
  deriveAccessKey,
  listAccessKeys,
  type ParsedRequestOf,
  revokeAccessKey,
} from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { AccessKeyService } from './access-key.service.js';

@Controller()
export class AccessKeyController {
  constructor(private readonly accessKeys: AccessKeyService) {}

  @MessagePattern(createAccessKey.pattern)
  create(@Payload(new ContractPipe(createAccessKey)) request: ParsedRequestOf<typeof createAccessKey>) {
    return this.accessKeys.create(request);
  }

  @MessagePattern(listAccessKeys.pattern)
  async list(@Payload(new ContractPipe(listAccessKeys)) _request: ParsedRequestOf<typeof listAccessKeys>) {
    return { accessKeys: await this.accessKeys.list() };
  }

  @MessagePattern(revokeAccessKey.pattern)
  revoke(@Payload(new ContractPipe(revokeAccessKey)) request: ParsedRequestOf<typeof revokeAccessKey>) {
    return this.accessKeys.revoke(request.accessKeyId);
  }

  @MessagePattern(deriveAccessKey.pattern)
  derive(@Payload(new ContractPipe(deriveAccessKey)) request: ParsedRequestOf<typeof deriveAccessKey>) {
    return this.accessKeys.derive(request);
  }
}
