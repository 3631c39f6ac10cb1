import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { type ParsedRequestOf, verifyApiKey } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { ApiKeyService } from './api-key.service.js';

@Controller()
export class ApiKeyController {
  constructor(private readonly apiKeys: ApiKeyService) {}

  @MessagePattern(verifyApiKey.pattern)
  verify(@Payload(new ContractPipe(verifyApiKey)) request: ParsedRequestOf<typeof verifyApiKey>) {
    return this.apiKeys.verify(request.keySha256);
  }
}
