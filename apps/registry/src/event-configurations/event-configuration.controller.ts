import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { getEventConfigurations, type ParsedRequestOf, updateEventConfigurations } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { EventConfigurationService } from './event-configuration.service.js';

@Controller()
export class EventConfigurationController {
  constructor(private readonly configurations: EventConfigurationService) {}

  @MessagePattern(getEventConfigurations.pattern)
  get(@Payload(new ContractPipe(getEventConfigurations)) _request: unknown) {
    return this.configurations.get();
  }

  @MessagePattern(updateEventConfigurations.pattern)
  async update(
    @Payload(new ContractPipe(updateEventConfigurations)) request: ParsedRequestOf<typeof updateEventConfigurations>,
  ) {
    return { eventConfigurations: await this.configurations.update(request.eventConfigurations) };
  }
}
