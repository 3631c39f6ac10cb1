import type { CommandContract, EventContract, ReplyOf, RequestOf } from '#thingcore/contracts';
import { inSpan } from '#thingcore/tracing';
import { EventBus, type EventInputOf } from './event-bus.js';
import { type CallOptions, RpcClient } from './rpc-client.js';

/** Records a span for each call that is made within a trace. */
export class TracedRpcClient extends RpcClient {
  constructor(private readonly inner: RpcClient) {
    super();
  }

  override call<C extends CommandContract>(
    contract: C,
    input: RequestOf<C>,
    options?: CallOptions,
  ): Promise<ReplyOf<C>> {
    const attributes = { 'rpc.system.name': 'thingcore', 'rpc.method': contract.pattern };
    return inSpan(contract.pattern, { side: 'client', attributes }, () => this.inner.call(contract, input, options));
  }
}

/** Records a span for each event that is published within a trace. */
export class TracedEventBus extends EventBus {
  constructor(private readonly inner: EventBus) {
    super();
  }

  override publish<E extends EventContract>(contract: E, payload: EventInputOf<E>): Promise<void> {
    const { pattern } = contract;
    const attributes = { ...eventAttributes(pattern), 'messaging.operation.type': 'send' };
    return inSpan(`send ${pattern}`, { side: 'producer', attributes }, () => this.inner.publish(contract, payload));
  }
}

/** What every span of an event says of it. */
export function eventAttributes(pattern: string) {
  return { 'messaging.system': 'thingcore', 'messaging.destination.name': pattern };
}
