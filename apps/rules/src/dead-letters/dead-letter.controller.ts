import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { deleteDeadLetters, listDeadLetters, type ParsedRequestOf, replayDeadLetters } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { DeadLetterService } from './dead-letter.service.js';

@Controller()
export class DeadLetterController {
  constructor(private readonly service: DeadLetterService) {}

  @MessagePattern(listDeadLetters.pattern)
  list(@Payload(new ContractPipe(listDeadLetters)) request: ParsedRequestOf<typeof listDeadLetters>) {
    return this.service.list(request.limit, request.ruleName, request.after);
  }

  @MessagePattern(replayDeadLetters.pattern)
  replay(@Payload(new ContractPipe(replayDeadLetters)) request: ParsedRequestOf<typeof replayDeadLetters>) {
    return this.service.replay(request);
  }

  @MessagePattern(deleteDeadLetters.pattern)
  async delete(@Payload(new ContractPipe(deleteDeadLetters)) request: ParsedRequestOf<typeof deleteDeadLetters>) {
    return { deleted: await this.service.delete(request) };
  }
}
