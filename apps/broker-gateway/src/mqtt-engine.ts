import { Injectable } from '@nestjs/common';
import { brokerNodeStarted } from '#thingcore/contracts';
import { IdGenerator, Lifecycle, type Part } from '#thingcore/platform';
import { EventBus } from '#thingcore/transport';
import { AedesBroker } from './aedes/aedes-broker.js';
import { BrokerGateway } from './broker-gateway.js';
import { DenialRecorder } from './denials/denial-recorder.js';
import { MessageIntake } from './messages/message-intake.js';
import { Presence } from './presence/presence.js';
import { RuleTap } from './rules/rule-tap.js';
import { QueueSweep } from './session-queues/queue-sweep.js';
import { BrokerState } from './state/broker-state.js';

/** Starts and stops what a broker node consists of, in the order in which one part needs the other. */
@Injectable()
export class MqttEngine implements Part {
  readonly name = 'the MQTT engine';
  readonly stage = 'prepare';

  constructor(
    private readonly broker: AedesBroker,
    private readonly gateway: BrokerGateway,
    private readonly state: BrokerState,
    private readonly queues: QueueSweep,
    private readonly intake: MessageIntake,
    private readonly ruleTap: RuleTap,
    private readonly presence: Presence,
    private readonly denials: DenialRecorder,
    private readonly events: EventBus,
    private readonly ids: IdGenerator,
    lifecycle: Lifecycle,
  ) {
    lifecycle.add(this);
  }

  async start(): Promise<void> {
    await this.state.start();
    await this.queues.start();
    this.intake.whenChanged(() => this.broker.tapsChanged());
    this.ruleTap.replaceFilters(await this.state.ruleFilters());
    await this.broker.start(this.gateway);
    await this.events.publish(brokerNodeStarted, { nodeId: this.ids.uuid() });
  }

  /** What clients are told at the end, and what is told of them, still reaches its place. */
  async stop(): Promise<void> {
    await this.broker.disconnectAll();
    await this.presence.settled();
    await this.denials.settled();
    await this.broker.close();
    await this.queues.stop();
    await this.state.close();
  }
}
