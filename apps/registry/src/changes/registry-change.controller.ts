import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { listRegistryChanges, type ParsedRequestOf } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { RegistryChanges } from './registry-changes.js';

@Controller()
export class RegistryChangeController {
  constructor(private readonly changes: RegistryChanges) {}

  @MessagePattern(listRegistryChanges.pattern)
  list(@Payload(new ContractPipe(listRegistryChanges)) request: ParsedRequestOf<typeof listRegistryChanges>) {
    return this.changes.list(request);
  }
}
