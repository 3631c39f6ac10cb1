import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type PayloadOf, tapMatched } from '#thingcore/contracts';
import { ContractPipe, handles } from '#thingcore/transport';
import { TapPool } from './tap-pool.js';

@Controller()
export class MessageEventsController {
  constructor(private readonly taps: TapPool) {}

  @EventPattern(...handles(tapMatched))
  onMatched(@Payload(new ContractPipe(tapMatched)) { hits }: PayloadOf<typeof tapMatched>): void {
    for (const { tapIds, message } of hits) this.taps.offer(tapIds, message);
  }
}
