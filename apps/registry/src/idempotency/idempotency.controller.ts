import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import {
  claimIdempotencyKey,
  completeIdempotencyKey,
  type ParsedRequestOf,
  releaseIdempotencyKey,
  type ReplyOf,
} from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { IdempotencyService } from './idempotency.service.js';

/** Keys under which operations run once. */
@Controller()
export class IdempotencyController {
  constructor(private readonly keys: IdempotencyService) {}

  @MessagePattern(claimIdempotencyKey.pattern)
  claim(
    @Payload(new ContractPipe(claimIdempotencyKey)) claim: ParsedRequestOf<typeof claimIdempotencyKey>,
  ): Promise<ReplyOf<typeof claimIdempotencyKey>> {
    return this.keys.claim(claim);
  }

  @MessagePattern(completeIdempotencyKey.pattern)
  async complete(
    @Payload(new ContractPipe(completeIdempotencyKey)) completion: ParsedRequestOf<typeof completeIdempotencyKey>,
  ): Promise<ReplyOf<typeof completeIdempotencyKey>> {
    await this.keys.complete(completion);
    return {};
  }

  @MessagePattern(releaseIdempotencyKey.pattern)
  async release(
    @Payload(new ContractPipe(releaseIdempotencyKey)) claim: ParsedRequestOf<typeof releaseIdempotencyKey>,
  ): Promise<ReplyOf<typeof releaseIdempotencyKey>> {
    await this.keys.release(claim);
    return {};
  }
}
