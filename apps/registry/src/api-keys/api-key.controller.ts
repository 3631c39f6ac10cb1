import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { createApiKey, listApiKeys, type ParsedRequestOf, revokeApiKey, verifyApiKey } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { ApiKeyService } from './api-key.service.js';

@Controller()
export class ApiKeyController {
  constructor(private readonly apiKeys: ApiKeyService) {}

  @MessagePattern(createApiKey.pattern)
  create(@Payload(new ContractPipe(createApiKey)) request: ParsedRequestOf<typeof createApiKey>) {
    return this.apiKeys.create(request);
  }

  @MessagePattern(listApiKeys.pattern)
  async list(@Payload(new ContractPipe(listApiKeys)) _request: ParsedRequestOf<typeof listApiKeys>) {
    return { apiKeys: await this.apiKeys.list() };
  }

  @MessagePattern(revokeApiKey.pattern)
  revoke(@Payload(new ContractPipe(revokeApiKey)) request: ParsedRequestOf<typeof revokeApiKey>) {
    return this.apiKeys.revoke(request.name);
  }

  @MessagePattern(verifyApiKey.pattern)
  verify(@Payload(new ContractPipe(verifyApiKey)) request: ParsedRequestOf<typeof verifyApiKey>) {
    return this.apiKeys.verify(request.keySha256);
  }
}
