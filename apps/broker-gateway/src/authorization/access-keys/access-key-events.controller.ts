import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { accessKeyRevoked, type PayloadOf } from '#thingcore/contracts';
import { ContractPipe, handles } from '#thingcore/transport';
import { Reauthorizer } from '../reauthorizer.js';
import { accessKeySubject } from './access-key-subject.js';

/** Ends the connections of access keys that are revoked. */
@Controller()
export class AccessKeyEventsController {
  constructor(private readonly reauthorizer: Reauthorizer) {}

  @EventPattern(...handles(accessKeyRevoked))
  async onRevoked(
    @Payload(new ContractPipe(accessKeyRevoked)) { accessKeyId }: PayloadOf<typeof accessKeyRevoked>,
  ): Promise<void> {
    await this.reauthorizer.follow([accessKeySubject(accessKeyId)]);
  }
}
