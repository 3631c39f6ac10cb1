import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { messageMatched, type PayloadOf } from '#thingcore/contracts';
import { ContractPipe, handles } from '#thingcore/transport';
import { MessageIntake } from './message-intake.js';

@Controller()
export class MessageController {
  constructor(private readonly intake: MessageIntake) {}

  @EventPattern(...handles(messageMatched))
  async messageMatched(@Payload(new ContractPipe(messageMatched)) { messages }: PayloadOf<typeof messageMatched>) {
    await this.intake.take(messages);
  }
}
