import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type PayloadOf, shadowDeleted, shadowUpdated } from '#thingcore/contracts';
import { shadowTopics } from '#thingcore/topics';
import { ContractPipe, handles } from '#thingcore/transport';
import { Publisher } from '../messages/publisher.js';

/** Tells MQTT clients what happened to shadows, however it was asked for. */
@Controller()
export class ShadowEventsController {
  constructor(private readonly publisher: Publisher) {}

  /** The order is that of AWS's own local shadow service: delta, documents, accepted. */
  @EventPattern(...handles(shadowUpdated))
  async updated(@Payload(new ContractPipe(shadowUpdated)) event: PayloadOf<typeof shadowUpdated>): Promise<void> {
    const topics = shadowTopics(event.thingName, event.shadowName);
    if (event.delta !== undefined) await this.publisher.publishJson(topics.updateDelta, event.delta);
    await this.publisher.publishJson(topics.updateDocuments, event.documents);
    await this.publisher.publishJson(topics.updateAccepted, event.accepted);
  }

  @EventPattern(...handles(shadowDeleted))
  async deleted(@Payload(new ContractPipe(shadowDeleted)) event: PayloadOf<typeof shadowDeleted>): Promise<void> {
    await this.publisher.publishJson(shadowTopics(event.thingName, event.shadowName).deleteAccepted, event.deleted);
  }
}
