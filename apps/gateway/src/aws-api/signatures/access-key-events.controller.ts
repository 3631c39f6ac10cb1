import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { accessKeyRevoked, type PayloadOf } from '#thingcore/contracts';
import { ContractPipe, handles } from '#thingcore/transport';
import { SigningKeys } from './signing-keys.js';

/** News of access keys. */
@Controller()
export class AccessKeyEventsController {
  constructor(private readonly keys: SigningKeys) {}

  @EventPattern(...handles(accessKeyRevoked))
  onRevoked(@Payload(new ContractPipe(accessKeyRevoked)) { accessKeyId }: PayloadOf<typeof accessKeyRevoked>): void {
    this.keys.forget(accessKeyId);
  }
}
