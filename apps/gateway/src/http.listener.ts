import type { AddressInfo } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { explainListenError, Lifecycle, type Part } from '#thingcore/platform';
import { GatewayAddress } from './gateway-address.js';
import { GATEWAY_CONFIG, type GatewayConfig, gatewaySettings } from './gateway.config.js';
import { IdleConnections } from './idle-connections.js';
import { WebSocketGate } from './requests/websocket-gate.js';
import { EventStreams } from './subscriptions/event-streams.js';

/** Lets the HTTP server of the process listen, after everything else is prepared. */
@Injectable()
export class HttpListener implements Part {
  readonly name = 'http listener';
  readonly stage = 'listen';
  private idle: IdleConnections | undefined;

  constructor(
    lifecycle: Lifecycle,
    private readonly host: HttpAdapterHost<FastifyAdapter>,
    private readonly address: GatewayAddress,
    private readonly webSockets: WebSocketGate,
    private readonly eventStreams: EventStreams,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {
    lifecycle.add(this);
  }

  async start(): Promise<void> {
    const { httpPort: port, httpHost: host } = this.config;
    const server = this.host.httpAdapter.getInstance();
    this.idle = new IdleConnections(server.server);
    try {
      await server.listen({ port, host });
    } catch (error) {
      const address = { port, host, setting: gatewaySettings.httpPort.name };
      throw explainListenError(error as NodeJS.ErrnoException, address);
    }
    this.address.announce(host, (server.server.address() as AddressInfo).port);
  }

  /** Finishes what is in flight, while the services it calls still answer. */
  async stop(): Promise<void> {
    this.eventStreams.closeAll();
    await this.webSockets.closeAll();
    const closed = this.host.httpAdapter.getInstance().close();
    this.idle?.close();
    await closed;
  }
}
