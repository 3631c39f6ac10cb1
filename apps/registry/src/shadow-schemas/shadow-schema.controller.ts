import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { listShadowSchemas, type ParsedRequestOf } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { ShadowSchemas } from './shadow-schemas.js';

@Controller()
export class ShadowSchemaController {
  constructor(private readonly schemas: ShadowSchemas) {}

  @MessagePattern(listShadowSchemas.pattern)
  list(@Payload(new ContractPipe(listShadowSchemas)) request: ParsedRequestOf<typeof listShadowSchemas>) {
    return this.schemas.list(request.knownRevision);
  }
}
