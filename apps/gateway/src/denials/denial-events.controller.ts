import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { denialsRecorded, type PayloadOf } from '#thingcore/contracts';
import { ContractPipe, handles } from '#thingcore/transport';
import { DenialFeed } from './denial-feed.js';

@Controller()
export class DenialEventsController {
  constructor(private readonly feed: DenialFeed) {}

  @EventPattern(...handles(denialsRecorded))
  onRecorded(@Payload(new ContractPipe(denialsRecorded)) { denials }: PayloadOf<typeof denialsRecorded>): void {
    this.feed.announce(denials);
  }
}
