import { Injectable } from '@nestjs/common';
import { Lifecycle, Logger, type Part } from '#thingcore/platform';
import { DataPlaneListener } from '../data-plane/data-plane.listener.js';
import { DeviceTls } from './device-tls.js';
import type { Listener } from './listener.js';
import { MqttDoor } from './mqtt-door.js';
import { TcpListener } from './tcp.listener.js';
import { TlsListener } from './tls.listener.js';
import { WebSocketListener } from './websocket/websocket.listener.js';

/** All ports of the broker: opened one by one, and closed at once, so that none still lets in who was sent away elsewhere. */
@Injectable()
export class Listeners implements Part {
  readonly name = 'the listeners for devices';
  readonly stage = 'listen';
  private readonly all: readonly Listener[];
  private readonly open: Listener[] = [];

  constructor(
    tcp: TcpListener,
    tls: TlsListener,
    webSocket: WebSocketListener,
    dataPlane: DataPlaneListener,
    private readonly deviceTls: DeviceTls,
    private readonly door: MqttDoor,
    private readonly logger: Logger,
    lifecycle: Lifecycle,
  ) {
    this.all = [tcp, webSocket, tls, dataPlane];
    lifecycle.add(this);
  }

  async start(): Promise<void> {
    try {
      for (const listener of this.all) {
        await listener.start();
        this.open.push(listener);
      }
      this.deviceTls.start();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.door.close();
    const stopping = this.open.splice(0).map((listener) =>
      listener.stop().catch((error: unknown) => {
        this.logger.error(`${listener.name} did not stop cleanly`, { error: String(error) });
      }),
    );
    await Promise.all([...stopping, this.deviceTls.stop()]);
  }
}
