import { Controller } from '@nestjs/common';
import { EventPattern, MessagePattern, Payload } from '@nestjs/microservices';
import {
  deleteConnection,
  getConnectivity,
  getConnectivityOfThings,
  listConnections,
  listSubscriptions,
  nodeOperationAnswered,
  nodeOperationRequested,
  type ParsedRequestOf,
  type PayloadOf,
  sendDirectMessage,
} from '#thingcore/contracts';
import { Logger } from '#thingcore/platform';
import { ContractPipe, handles } from '#thingcore/transport';
import { ClientDirectory } from '../connectivity/client-directory.js';
import { ConnectionOperations } from './connection-operations.js';
import { NodeRequests } from './node-requests.js';
import { pageOf } from './page-of.js';

/** Answers who is connected, and does what operators want done with clients. */
@Controller()
export class ConnectionsController {
  constructor(
    private readonly directory: ClientDirectory,
    private readonly operations: ConnectionOperations,
    private readonly requests: NodeRequests,
    private readonly logger: Logger,
  ) {}

  @MessagePattern(getConnectivity.pattern)
  async getConnectivity(
    @Payload(new ContractPipe(getConnectivity)) { clientIds }: ParsedRequestOf<typeof getConnectivity>,
  ) {
    return { connectivity: await this.directory.connectivity(clientIds) };
  }

  @MessagePattern(getConnectivityOfThings.pattern)
  async getConnectivityOfThings(
    @Payload(new ContractPipe(getConnectivityOfThings))
    { thingNames }: ParsedRequestOf<typeof getConnectivityOfThings>,
  ) {
    return { things: await this.directory.connectivityOfThings(thingNames) };
  }

  @MessagePattern(listConnections.pattern)
  async list(@Payload(new ContractPipe(listConnections)) { after, limit }: ParsedRequestOf<typeof listConnections>) {
    const { page, next } = pageOf(await this.directory.connected(after, limit + 1), limit);
    return { connections: page, nextToken: next?.clientId };
  }

  @MessagePattern(deleteConnection.pattern)
  async delete(@Payload(new ContractPipe(deleteConnection)) request: ParsedRequestOf<typeof deleteConnection>) {
    await this.operations.delete(request);
    return {};
  }

  @MessagePattern(listSubscriptions.pattern)
  async listSubscriptions(
    @Payload(new ContractPipe(listSubscriptions)) request: ParsedRequestOf<typeof listSubscriptions>,
  ) {
    return this.operations.subscriptionPage(request);
  }

  @MessagePattern(sendDirectMessage.pattern)
  async send(@Payload(new ContractPipe(sendDirectMessage)) request: ParsedRequestOf<typeof sendDirectMessage>) {
    return { messageId: await this.operations.send(request) };
  }

  /** Not awaited: a client may take its time, and what other nodes ask must not wait for it. */
  @EventPattern(...handles(nodeOperationRequested))
  requested(
    @Payload(new ContractPipe(nodeOperationRequested)) request: PayloadOf<typeof nodeOperationRequested>,
  ): void {
    if (!this.requests.isForMe(request)) return;
    this.requests
      .answer(request, (operation) => this.operations.performHere(operation))
      .catch((error: unknown) => {
        this.logger.warn('another node could not be answered', { nodeId: request.from, error: String(error) });
      });
  }

  @EventPattern(...handles(nodeOperationAnswered))
  answered(@Payload(new ContractPipe(nodeOperationAnswered)) answer: PayloadOf<typeof nodeOperationAnswered>): void {
    if (this.requests.isForMe(answer)) this.requests.answered(answer);
  }
}
