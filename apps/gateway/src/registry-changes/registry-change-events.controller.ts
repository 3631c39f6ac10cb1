import { Controller } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { registryChangesStored } from '#thingcore/contracts';
import { handles } from '#thingcore/transport';
import { RegistryChangeFeed } from './registry-change-feed.js';

@Controller()
export class RegistryChangeEventsController {
  constructor(private readonly feed: RegistryChangeFeed) {}

  @EventPattern(...handles(registryChangesStored))
  onStored(): void {
    this.feed.wake();
  }
}
