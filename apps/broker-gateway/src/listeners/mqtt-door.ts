import type { Duplex } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { AedesBroker } from '../aedes/aedes-broker.js';
import type { Peer } from '../connection.js';
import { BrokerRates } from '../rates/broker-rates.js';

/** Where the streams of all listeners enter the engine. */
@Injectable()
export class MqttDoor {
  private isOpen = true;

  constructor(
    private readonly broker: AedesBroker,
    private readonly rates: BrokerRates,
  ) {}

  /** Hands a stream to the engine, or closes it when too many wait for their CONNECT already. */
  enter(stream: Duplex, peer: Peer): void {
    stream.on('error', destroyIt);
    if (!this.isOpen || !this.rates.mayWait(peer)) {
      stream.destroy();
      return;
    }
    stream.once('close', () => this.rates.peerSpoke(peer));
    this.broker.accept(stream, peer);
  }

  /** Lets nobody in any more, as a handshake may end that began before the listeners stopped. */
  close(): void {
    this.isOpen = false;
  }
}

/** One function for all streams. */
function destroyIt(this: Duplex): void {
  this.destroy();
}
