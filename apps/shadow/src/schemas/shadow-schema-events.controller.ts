import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { shadowSchemasChanged } from '#thingcore/contracts';
import { handles } from '#thingcore/transport';
import { ShadowSchemas } from './shadow-schemas.js';

/** Follows what happens to shadow schemas in the registry. */
@Controller()
export class ShadowSchemaEventsController {
  constructor(private readonly schemas: ShadowSchemas) {}

  @EventPattern(...handles(shadowSchemasChanged))
  async changed(): Promise<void> {
    await this.schemas.refresh();
  }
}
