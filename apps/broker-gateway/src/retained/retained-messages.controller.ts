import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { getRetainedMessage, listRetainedMessages, type ParsedRequestOf } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { ContractPipe } from '#thingcore/transport';
import { RetainedMessages } from '../data-plane/retained-messages.js';

/** Answers what is retained; for operators, whom no rate of devices binds. */
@Controller()
export class RetainedMessagesController {
  constructor(private readonly messages: RetainedMessages) {}

  @MessagePattern(getRetainedMessage.pattern)
  async get(@Payload(new ContractPipe(getRetainedMessage)) { topic }: ParsedRequestOf<typeof getRetainedMessage>) {
    const message = await this.messages.find(topic);
    if (message === undefined) {
      throw new IotError('ResourceNotFound', `No message is retained on ${topic}`, { details: { topic } });
    }
    return { ...message, payload: message.payload.toString('base64') };
  }

  @MessagePattern(listRetainedMessages.pattern)
  async list(
    @Payload(new ContractPipe(listRetainedMessages)) { after, limit }: ParsedRequestOf<typeof listRetainedMessages>,
  ) {
    // One more says whether there is another page.
    const found = await this.messages.list(after, limit + 1);
    const messages = found.slice(0, limit);
    return { messages, nextToken: found.length > limit ? messages.at(-1)?.topic : undefined };
  }
}
