import { randomUUID } from 'node:crypto';
import type { CommandContract, ReplyOf, RequestOf } from '#thingcore/contracts';
import { currentCorrelationId } from './call-scope.js';
import { withDeadline } from './deadline.js';
import type { LocalTransport } from './local-transport.js';
import { type CallOptions, DEFAULT_DEADLINE_MS, RpcClient } from './rpc-client.js';

/** Calls the services of this process. */
export class LocalRpcClient extends RpcClient {
  readonly #transport: LocalTransport;

  constructor(transport: LocalTransport) {
    super();
    this.#transport = transport;
  }

  override call<C extends CommandContract>(
    contract: C,
    input: RequestOf<C>,
    options: CallOptions = {},
  ): Promise<ReplyOf<C>> {
    const correlationId = options.correlationId ?? currentCorrelationId() ?? randomUUID();
    const reply = this.#transport.call(contract.pattern, input, correlationId) as Promise<ReplyOf<C>>;
    return withDeadline(reply, contract.pattern, options.deadlineMs ?? DEFAULT_DEADLINE_MS);
  }
}
