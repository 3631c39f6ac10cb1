import { Inject, Injectable } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import { Clock, Logger, Metrics } from '#thingcore/platform';
import type { ProvisioningOperation } from '#thingcore/topics';
import { Counter } from 'prom-client';
import { BROKER_PROFILE, type BrokerProfile } from '../profile/broker-profile.js';
import { ConnectionRates, SharedRates } from './connection-rates.js';
import { FlapWatch } from './flap-watch.js';
import { KeyedRate } from './keyed-rate.js';
import { SilentSockets } from './silent-sockets.js';
import { SocketGate } from './socket-gate.js';

/** Client ids and topics remembered. */
const KEYS = 100_000;

/**
 * What one client id or one topic may save up where it has less for each second: a takeover, a session that is resumed or a
 * value that is corrected at once is no flood. AWS documents the rates and no bursts.
 */
const BURST_OF_ONE = 3;

/** The one key of a rate that all share. */
const ALL = '';

/** What is counted when it was too much. */
type Throttled =
  'socket' | 'silent' | 'connect' | 'flapping' | 'retained' | 'retained-read' | 'retained-list' | 'provisioning';

/** Every rate of a node: listeners, the gateway and the way of messages ask here before they take something on. */
@Injectable()
export class BrokerRates {
  private readonly sockets: SocketGate;
  private readonly silent: SilentSockets;
  private readonly flapping: FlapWatch;
  private readonly connectsOfOne: KeyedRate;
  private readonly connectsOfAll: KeyedRate;
  private readonly retainedOfTopic: KeyedRate;
  private readonly retainedOfAll: KeyedRate;
  private readonly retainedReads: KeyedRate;
  private readonly retainedLists: KeyedRate;
  private readonly provisioning: Readonly<Record<ProvisioningOperation['operation'], KeyedRate>>;
  private readonly shared: SharedRates;
  private readonly throttled: Counter<'what'>;

  constructor(
    @Inject(BROKER_PROFILE) private readonly profile: BrokerProfile,
    private readonly clock: Clock,
    private readonly logger: Logger,
    metrics: Metrics,
  ) {
    this.sockets = new SocketGate(profile);
    this.silent = new SilentSockets(profile);
    this.flapping = new FlapWatch(profile);
    this.connectsOfOne = rateOfOne(profile.connectsPerSecondPerClientId);
    this.connectsOfAll = rateOf(profile.connectsPerSecond);
    this.retainedOfTopic = rateOfOne(profile.retainedPublishesPerSecondPerTopic);
    this.retainedOfAll = rateOf(profile.retainedPublishesPerSecond);
    this.retainedReads = rateOf(profile.retainedReadsPerSecond);
    this.retainedLists = rateOf(profile.retainedListsPerSecond);
    this.provisioning = {
      'create-keys-and-certificate': rateOf(profile.keyCreationsPerSecond),
      'create-certificate-from-csr': rateOf(profile.certificateSigningsPerSecond),
      'register-thing': rateOf(profile.thingRegistrationsPerSecond),
    };
    this.shared = new SharedRates(profile, () => clock.now());
    this.throttled = new Counter({
      name: 'thingcore_broker_throttled_total',
      help: 'What was refused because it came too often',
      labelNames: ['what'],
      registers: [metrics.registry],
    });
  }

  /** Whether a socket may begin its handshake; if so, {@link socketSettled} must be called once it is over. */
  admitSocket(address: string): boolean {
    if (this.silent.hasRoom(address) && this.sockets.admit(address, this.clock.now())) return true;
    this.count('socket');
    return false;
  }

  /** The handshake of a socket that was admitted is over, well or not. */
  socketSettled(address: string): void {
    this.sockets.settle(address);
  }

  /**
   * Whether a socket may wait for its CONNECT.
   *
   * @param peer what the socket is known by; {@link peerSpoke} must be called with it once the wait is over
   */
  mayWait(peer: { readonly sourceIp: string }): boolean {
    if (this.silent.begin(peer, peer.sourceIp)) return true;
    this.count('silent');
    return false;
  }

  /** The peer of a socket has sent its CONNECT, or the socket has closed. */
  peerSpoke(peer: object): void {
    this.silent.end(peer);
  }

  /**
   * Judges a CONNECT by how often its client id, and all, connect.
   *
   * @param live connections of this node
   * @returns `Throttling` (CONNACK 0x97) when it is too much
   */
  admitConnect(clientId: string, live: number): IotError | undefined {
    const now = this.clock.now();
    if (this.isFlapping(clientId, now)) {
      const rest = this.profile.flappingRestSeconds;
      return this.tooMany(
        'flapping',
        `Client id ${clientId} connects again and again and is let in when it has rested for ${rest} s`,
      );
    }
    if (live >= this.profile.connections) {
      return this.tooMany('connect', `This node has ${this.profile.connections} connections, which is all it may have`);
    }
    if (!this.connectsOfOne.take(clientId, now)) {
      return this.tooMany(
        'connect',
        `Client id ${clientId} may connect ${this.profile.connectsPerSecondPerClientId} times a second`,
      );
    }
    if (!this.connectsOfAll.take(ALL, now)) {
      return this.tooMany('connect', `Clients may connect ${this.profile.connectsPerSecond} times a second`);
    }
    return undefined;
  }

  /** The pace of a connection that begins now. */
  openConnection(): ConnectionRates {
    return new ConnectionRates(this.shared);
  }

  /** Judges a message that shall be retained; to delete one is always allowed and must not be asked for. */
  admitRetained(topic: string): IotError | undefined {
    const now = this.clock.now();
    const { retainedPublishesPerSecondPerTopic: ofTopic, retainedPublishesPerSecond: ofAll } = this.profile;
    if (!this.retainedOfTopic.take(topic, now)) {
      return this.tooMany('retained', `Topic ${topic} takes ${ofTopic} retained messages a second`);
    }
    if (!this.retainedOfAll.take(ALL, now)) {
      return this.tooMany('retained', `${ofAll} messages a second are retained`);
    }
    return undefined;
  }

  /** Judges a question for one retained message. */
  admitRetainedRead(): IotError | undefined {
    if (this.retainedReads.take(ALL, this.clock.now())) return undefined;
    return this.tooMany(
      'retained-read',
      `${this.profile.retainedReadsPerSecond} retained messages a second are answered`,
    );
  }

  /** Judges a question for the list of retained messages. */
  admitRetainedList(): IotError | undefined {
    if (this.retainedLists.take(ALL, this.clock.now())) return undefined;
    return this.tooMany('retained-list', `${this.profile.retainedListsPerSecond} lists a second are answered`);
  }

  /** Judges a request of a device that is being provisioned. */
  admitProvisioning(operation: ProvisioningOperation['operation']): IotError | undefined {
    if (this.provisioning[operation].take(ALL, this.clock.now())) return undefined;
    return this.tooMany('provisioning', 'More devices are being provisioned than this node takes in a second');
  }

  private isFlapping(clientId: string, now: number): boolean {
    const { isRefused, isNew } = this.flapping.note(clientId, now);
    if (isNew) this.logger.warn('a client id connects again and again: is it in use by two devices?', { clientId });
    return isRefused;
  }

  private tooMany(what: Throttled, limit: string): IotError {
    this.count(what);
    return new IotError('Throttling', `${limit}: try again later`);
  }

  private count(what: Throttled): void {
    this.throttled.inc({ what });
  }
}

/** The rate of something that all share. */
function rateOf(perSecond: number): KeyedRate {
  return new KeyedRate({ burst: perSecond, perSecond }, 1);
}

/** The rate that each client id or topic has for itself. */
function rateOfOne(perSecond: number): KeyedRate {
  return new KeyedRate({ burst: Math.max(BURST_OF_ONE, perSecond), perSecond }, KEYS);
}
