import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type ChangedShadow, type PayloadOf, shadowChanged } from '#thingcore/contracts';
import {
  acceptedMessage,
  deleteDocument,
  type DeletionStep,
  deltaDocument,
  documentsMessage,
  isUpdateStep,
  unfoldChanges,
  type UnfoldedUpdate,
  type UpdateStep,
} from '#thingcore/shadow-document';
import { type ShadowTopics, shadowTopics } from '#thingcore/topics';
import { ContractPipe, handles } from '#thingcore/transport';
import { Publisher } from '../messages/publisher.js';
import { KeyedQueue } from './keyed-queue.js';

/** Tells MQTT clients what happened to shadows, however it was asked for. */
@Controller()
export class ShadowEventsController {
  private readonly shadows = new KeyedQueue();

  constructor(private readonly publisher: Publisher) {}

  /** What happened to one shadow is told in the order it comes, of one event after the other; others go beside it. */
  @EventPattern(...handles(shadowChanged))
  async changed(@Payload(new ContractPipe(shadowChanged)) { shadows }: PayloadOf<typeof shadowChanged>): Promise<void> {
    this.publisher.assertRunning();
    await Promise.all(shadows.map((shadow) => this.shadows.run(keyOf(shadow), () => this.tell(shadow))));
  }

  /** Few of the messages have a reader, and what nobody reads is not even made. */
  private async tell({ thingName, shadowName, previous, steps }: ChangedShadow): Promise<void> {
    const topics = shadowTopics(thingName, shadowName);
    const wantsDelta = this.publisher.isAwaited(topics.updateDelta);
    const wantsDocuments = this.publisher.isAwaited(topics.updateDocuments);
    const changes = wantsDelta || wantsDocuments ? unfoldChanges({ previous, steps }) : [];
    // The order is that of AWS's own local shadow service: delta, documents, accepted.
    for (const [index, step] of steps.entries()) {
      const change = changes[index];
      if (wantsDelta && change?.kind === 'update') await this.tellDelta(topics, change);
      if (wantsDocuments && change?.kind === 'update') {
        await this.publisher.publishJson(topics.updateDocuments, documentsMessage(change, change.current));
      }
      await this.tellStep(topics, step);
    }
  }

  private async tellDelta({ updateDelta }: ShadowTopics, update: UnfoldedUpdate): Promise<void> {
    const delta = deltaDocument(update.current, update.timestamp, update.clientToken);
    if (delta !== undefined) await this.publisher.publishJson(updateDelta, delta);
  }

  private async tellStep(
    { updateAccepted, deleteAccepted }: ShadowTopics,
    step: UpdateStep | DeletionStep,
  ): Promise<void> {
    const topic = isUpdateStep(step) ? updateAccepted : deleteAccepted;
    if (!this.publisher.isAwaited(topic)) return;
    const { version, timestamp, clientToken } = step;
    const document = isUpdateStep(step) ? acceptedMessage(step) : deleteDocument(version, timestamp, clientToken);
    await this.publisher.publishJson(topic, document);
  }
}

function keyOf({ thingName, shadowName }: { thingName: string; shadowName?: string | undefined }): string {
  return `${thingName}/${shadowName ?? ''}`;
}
