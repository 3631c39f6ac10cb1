import { Counter, type Registry } from 'prom-client';
import type { LaneCounters } from '../lane/ports/lane-counters.js';

/** Counters by the value of a label, or one without any. */
type Values = Readonly<Record<string, keyof LaneCounters>>;

interface Metric {
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  readonly values: Values;
}

const METRICS: readonly Metric[] = [
  {
    name: 'thingcore_broker_messages_received_total',
    help: 'Messages that clients published with QoS 0 and 1',
    label: 'qos',
    values: { 0: 'receivedQos0', 1: 'receivedQos1', 2: 'receivedQos2' },
  },
  {
    name: 'thingcore_broker_messages_delivered_total',
    help: 'Messages that were sent to clients, copies counted',
    label: 'qos',
    values: { 0: 'deliveredQos0', 1: 'deliveredQos1', 2: 'deliveredQos2' },
  },
  {
    name: 'thingcore_broker_messages_acknowledged_total',
    help: 'Deliveries with QoS 1 and 2 that clients acknowledged',
    values: { '': 'acknowledged' },
  },
  {
    name: 'thingcore_broker_messages_refused_total',
    help: 'Messages of clients that were not taken',
    values: { '': 'refused' },
  },
  {
    name: 'thingcore_broker_messages_dropped_total',
    help: 'Messages that a receiver did not get, by why',
    label: 'reason',
    values: {
      slow_receiver_qos0: 'droppedQos0',
      slow_receiver_qos1: 'droppedQos1',
      too_large: 'droppedTooLarge',
      throttled: 'droppedThrottled',
      unacknowledged: 'droppedUnacknowledged',
      expired: 'expired',
      queue_full: 'notQueued',
    },
  },
  {
    name: 'thingcore_broker_slow_receivers_total',
    help: 'Connections that were ended because they did not take what was sent',
    values: { '': 'slowReceivers' },
  },
  {
    name: 'thingcore_broker_protocol_errors_total',
    help: 'Connections that were ended because of a packet against the protocol or its limits',
    values: { '': 'protocolErrors' },
  },
  {
    name: 'thingcore_broker_publisher_pauses_total',
    help: 'How often a publisher had to wait because too much was on its way to receivers',
    values: { '': 'pauses' },
  },
  {
    name: 'thingcore_broker_publisher_throttles_total',
    help: 'How often a publisher had to wait because it was beyond its rate',
    values: { '': 'throttles' },
  },
];

/** Shows what the lane counts. The numbers are read when somebody asks: a message costs nothing for it. */
export function showLaneMetrics(registry: Registry, counters: Readonly<LaneCounters>): void {
  for (const { name, help, label, values } of METRICS) {
    new Counter({
      name,
      help,
      ...(label === undefined ? {} : { labelNames: [label] }),
      registers: [registry],
      collect() {
        this.reset();
        for (const [value, counter] of Object.entries(values)) {
          if (label === undefined) this.inc(counters[counter]);
          else this.inc({ [label]: value }, counters[counter]);
        }
      },
    });
  }
}
