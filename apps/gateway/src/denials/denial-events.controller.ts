import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { denialsRecorded } from '#thingcore/contracts';
import { handles } from '#thingcore/transport';
import { DenialFeed } from './denial-feed.js';

@Controller()
export class DenialEventsController {
  constructor(private readonly feed: DenialFeed) {}

  @EventPattern(...handles(denialsRecorded))
  onRecorded(): void {
    this.feed.wake();
  }
}
