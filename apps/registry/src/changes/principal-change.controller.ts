import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { listPrincipalChanges, type ParsedRequestOf } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { PrincipalChanges } from './principal-changes.js';

@Controller()
export class PrincipalChangeController {
  constructor(private readonly changes: PrincipalChanges) {}

  @MessagePattern(listPrincipalChanges.pattern)
  list(@Payload(new ContractPipe(listPrincipalChanges)) request: ParsedRequestOf<typeof listPrincipalChanges>) {
    return this.changes.list(request.cursor);
  }
}
