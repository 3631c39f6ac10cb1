import { createHash } from 'node:crypto';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import { guardedLookup, refusePrivateAddress } from '../network/guarded-lookup.js';
import { PrivateHosts } from '../network/private-hosts.js';
import { RULES_CONFIG, type RulesConfig } from '../rules.config.js';
import { KafkaProducer, type KafkaRecord } from './kafka-producer.js';
import type { KafkaConnection } from './kafka-properties.js';

/** Connections come from rules, whose properties may come from messages: more of them than this are not kept. */
const MAX_PRODUCERS = 64;

/** Producers for the clusters that rules name, one for each connection. */
@Injectable()
export class KafkaProducers implements OnApplicationShutdown {
  private readonly hosts: PrivateHosts;
  /** Least recently used first. */
  private readonly producers = new Map<string, KafkaProducer>();

  constructor(@Inject(RULES_CONFIG) { privateHosts }: RulesConfig) {
    this.hosts = new PrivateHosts(privateHosts);
  }

  /**
   * Sends a record; those of the same turn of the event loop travel together. Errors: `ServiceUnavailable` when a later
   * try may succeed, else `InvalidRequest`.
   */
  async send(connection: KafkaConnection, record: KafkaRecord): Promise<void> {
    await this.producer(connection).send(record);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.producers.values()].map((producer) => producer.close()));
  }

  private producer(connection: KafkaConnection): KafkaProducer {
    const key = createHash('sha256').update(JSON.stringify(connection)).digest('base64');
    let producer = this.producers.get(key);
    if (producer === undefined) {
      this.refuseHosts(connection);
      producer = new KafkaProducer(connection, guardedLookup(this.hosts));
    }
    this.producers.delete(key);
    this.producers.set(key, producer);
    if (this.producers.size > MAX_PRODUCERS) this.dropOldest();
    return producer;
  }

  private dropOldest(): void {
    for (const [key, producer] of this.producers) {
      this.producers.delete(key);
      void producer.close();
      return;
    }
  }

  /** Without TLS nothing proves who answers, and nothing resolves names but the system: such hosts must be named. */
  private refuseHosts({ brokers, tls }: KafkaConnection): void {
    for (const { host } of brokers) {
      refusePrivateAddress(this.hosts, host);
      if (tls !== undefined || this.hosts.lists(host)) continue;
      const problem = `Kafka at ${host} may be reached without TLS only when THINGCORE_RULES_PRIVATE_HOSTS names the host`;
      throw new IotError('InvalidRequest', problem);
    }
  }
}
