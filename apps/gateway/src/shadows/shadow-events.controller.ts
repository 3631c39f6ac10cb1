import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type PayloadOf, shadowChanged } from '#thingcore/contracts';
import { ContractPipe, watches } from '#thingcore/transport';
import { toShadowUpdates } from './shadow-update.type.js';
import { ShadowUpdates } from './shadow-updates.js';

@Controller()
export class ShadowEventsController {
  constructor(private readonly updates: ShadowUpdates) {}

  // Watched, not handled: each replica has subscribers of its own.
  @EventPattern(...watches(shadowChanged))
  onChanged(@Payload(new ContractPipe(shadowChanged)) { shadows }: PayloadOf<typeof shadowChanged>): void {
    for (const shadow of shadows) {
      const { thingName, shadowName = null } = shadow;
      if (this.updates.areWanted(thingName, shadowName)) {
        for (const update of toShadowUpdates(shadow)) this.updates.announce(update);
      }
    }
  }
}
