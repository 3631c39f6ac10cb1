import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type PayloadOf, shadowUpdated } from '#thingcore/contracts';
import { ContractPipe, watches } from '#thingcore/transport';
import { toShadowUpdate } from './shadow-update.type.js';
import { ShadowUpdates } from './shadow-updates.js';

@Controller()
export class ShadowEventsController {
  constructor(private readonly updates: ShadowUpdates) {}

  // Watched, not handled: each replica has subscribers of its own.
  @EventPattern(...watches(shadowUpdated))
  onUpdated(@Payload(new ContractPipe(shadowUpdated)) event: PayloadOf<typeof shadowUpdated>): void {
    this.updates.announce(event.thingName, event.shadowName ?? null, () => toShadowUpdate(event));
  }
}
