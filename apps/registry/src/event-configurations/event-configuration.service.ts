import { Injectable } from '@nestjs/common';
import {
  type getEventConfigurations,
  registryEventKind,
  type RegistryEventKind,
  type ReplyOf,
} from '#thingcore/contracts';
import { Clock } from '#thingcore/platform';
import { RegistryTransactions } from '../changes/registry-transactions.js';
import { EventConfigurationStore } from './event-configuration.store.js';

/** For each kind of registry events whether it is published. */
export type EventConfigurations = Record<RegistryEventKind, boolean>;

/** Which kinds of registry events are published. */
@Injectable()
export class EventConfigurationService {
  constructor(
    private readonly store: EventConfigurationStore,
    private readonly transactions: RegistryTransactions,
    private readonly clock: Clock,
  ) {}

  async get(): Promise<ReplyOf<typeof getEventConfigurations>> {
    const [enabled, times] = await Promise.all([this.store.enabled(), this.store.times()]);
    return { eventConfigurations: toConfigurations(enabled), ...times };
  }

  /** Enables and disables kinds; those not given stay as they are. */
  update(changes: Partial<EventConfigurations>): Promise<EventConfigurations> {
    return this.transactions.run(async ({ manager }) => {
      const kinds = registryEventKind.options;
      const enabled = kinds.filter((kind) => changes[kind] === true);
      const disabled = kinds.filter((kind) => changes[kind] === false);
      const now = new Date(this.clock.now());
      await this.store.enable(manager, enabled, now);
      await this.store.disable(manager, disabled);
      await this.store.touch(manager, now);
      return toConfigurations(await this.store.enabled(manager));
    });
  }
}

function toConfigurations(enabled: RegistryEventKind[]): EventConfigurations {
  return Object.fromEntries(
    registryEventKind.options.map((kind) => [kind, enabled.includes(kind)]),
  ) as EventConfigurations;
}
