import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { shadowSchemasChanged } from '#thingcore/contracts';
import { handles } from '#thingcore/transport';
import { TypedThings } from './typed-things.js';

/** Follows what happens to shadow schemas in the registry. */
@Controller()
export class ShadowSchemaEventsController {
  constructor(private readonly things: TypedThings) {}

  @EventPattern(...handles(shadowSchemasChanged))
  async changed(): Promise<void> {
    await this.things.refresh();
  }
}
