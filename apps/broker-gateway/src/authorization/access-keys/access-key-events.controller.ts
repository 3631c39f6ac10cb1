import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { accessKeyRevoked, type PayloadOf } from '#thingcore/contracts';
import { ContractPipe, handles } from '#thingcore/transport';
import { Reauthorizer } from '../reauthorizer.js';
import { accessKeySubject } from './access-key-subject.js';
import { RecentAccessKeys } from './recent-access-keys.js';

/** Ends the connections of access keys that are revoked, and refuses their requests. */
@Controller()
export class AccessKeyEventsController {
  constructor(
    private readonly reauthorizer: Reauthorizer,
    private readonly recent: RecentAccessKeys,
  ) {}

  @EventPattern(...handles(accessKeyRevoked))
  async onRevoked(
    @Payload(new ContractPipe(accessKeyRevoked)) { accessKeyId }: PayloadOf<typeof accessKeyRevoked>,
  ): Promise<void> {
    this.recent.forget(accessKeyId);
    await this.reauthorizer.follow([accessKeySubject(accessKeyId)]);
  }
}
