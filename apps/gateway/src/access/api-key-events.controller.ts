import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { apiKeyRevoked, type PayloadOf } from '#thingcore/contracts';
import { ContractPipe, handles } from '#thingcore/transport';
import { ApiKeys } from './api-keys.js';
import { SessionWatch } from './session-watch.js';

@Controller()
export class ApiKeyEventsController {
  constructor(
    private readonly keys: ApiKeys,
    private readonly sessions: SessionWatch,
  ) {}

  @EventPattern(...handles(apiKeyRevoked))
  onRevoked(@Payload(new ContractPipe(apiKeyRevoked)) { name }: PayloadOf<typeof apiKeyRevoked>): void {
    this.keys.forget(name);
    this.sessions.endSessionsOfKey(name);
  }
}
