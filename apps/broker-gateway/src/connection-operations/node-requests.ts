import { Injectable } from '@nestjs/common';
import {
  type ClientSubscription,
  type NodeOperation,
  nodeOperationAnswered,
  nodeOperationRequested,
  type PayloadOf,
} from '#thingcore/contracts';
import { IotError, reviveError } from '#thingcore/errors';
import { IdGenerator } from '#thingcore/platform';
import { EventBus } from '#thingcore/transport';
import { BrokerState } from '../state/broker-state.js';

/** What an operation on a client answers: what it is subscribed to, if that was the question. */
export type OperationAnswer = readonly ClientSubscription[] | undefined;

/** A request of this node that another one has not answered yet. */
interface Waiting {
  readonly resolve: (answer: OperationAnswer) => void;
  readonly reject: (error: IotError) => void;
  readonly timer: NodeJS.Timeout;
}

/** How broker nodes ask each other about clients: a request to one node, and its answer. */
@Injectable()
export class NodeRequests {
  private readonly waiting = new Map<string, Waiting>();

  constructor(
    private readonly state: BrokerState,
    private readonly events: EventBus,
    private readonly ids: IdGenerator,
  ) {}

  /**
   * Has another node perform an operation.
   *
   * @throws IotError as the operation does there; `ServiceUnavailable` when no answer comes in time
   */
  async ask(nodeId: string, operation: NodeOperation, timeoutMs: number): Promise<OperationAnswer> {
    const requestId = this.ids.uuid();
    const answered = new Promise<OperationAnswer>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.take(requestId)?.reject(
          new IotError('ServiceUnavailable', 'The broker node that the client is connected to does not answer', {
            details: { nodeId },
          }),
        );
      }, timeoutMs);
      this.waiting.set(requestId, { resolve, reject, timer });
    });
    try {
      await this.events.publish(nodeOperationRequested, { requestId, from: this.state.nodeId, to: nodeId, operation });
    } catch (error) {
      this.take(requestId)?.reject(reviveError(error));
    }
    return answered;
  }

  /** Answers a request of another node with what `perform` comes to. */
  async answer(
    { requestId, from, operation }: PayloadOf<typeof nodeOperationRequested>,
    perform: (operation: NodeOperation) => Promise<OperationAnswer>,
  ): Promise<void> {
    const outcome = await perform(operation).then(
      (subscriptions) => (subscriptions === undefined ? {} : { subscriptions: [...subscriptions] }),
      (error: unknown) => ({ error: { ...reviveError(error).toJSON() } }),
    );
    await this.events.publish(nodeOperationAnswered, { requestId, to: from, ...outcome });
  }

  /** Another node has answered. */
  answered({ requestId, subscriptions, error }: PayloadOf<typeof nodeOperationAnswered>): void {
    const waiting = this.take(requestId);
    if (error === undefined) waiting?.resolve(subscriptions);
    else waiting?.reject(reviveError(error));
  }

  /** Whether a request or an answer is for this node. */
  isForMe({ to }: { readonly to: string }): boolean {
    return to === this.state.nodeId;
  }

  private take(requestId: string): Waiting | undefined {
    const waiting = this.waiting.get(requestId);
    clearTimeout(waiting?.timer);
    this.waiting.delete(requestId);
    return waiting;
  }
}
