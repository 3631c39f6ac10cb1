import { Injectable } from '@nestjs/common';
import { EventStamps } from '../changes/event-stamps.js';
import { RegistryContext } from '../changes/registry-context.js';
import type { RegistryTransaction } from '../changes/registry-transactions.js';
import { thingEvent } from './thing-event.js';
import { thingTypeAssociationEvent } from './thing-type-association-event.js';
import type { ThingRecord } from './thing.store.js';
import { toThing } from './to-thing.js';

/** Tells what happens to things. */
@Injectable()
export class ThingEvents {
  constructor(
    private readonly stamps: EventStamps,
    private readonly context: RegistryContext,
  ) {}

  /** Tells how a thing became another: a new one without `before`, a deleted one without `after`. */
  changed(tx: RegistryTransaction, before: ThingRecord | undefined, after: ThingRecord | undefined): void {
    const thing = after ?? before;
    if (thing === undefined) return;
    const operation = before === undefined ? 'CREATED' : after === undefined ? 'DELETED' : 'UPDATED';
    const { topic, document } = thingEvent(operation, toThing(this.context, thing), this.stamps.next());
    tx.tell('THING', topic, document);
    const [removed, added] = [before?.thingTypeName ?? null, after?.thingTypeName ?? null];
    if (removed === added) return;
    if (removed !== null) this.associated(tx, 'REMOVED', thing, removed);
    if (added !== null) this.associated(tx, 'ADDED', thing, added);
  }

  private associated(
    tx: RegistryTransaction,
    operation: 'ADDED' | 'REMOVED',
    thing: ThingRecord,
    thingTypeName: string,
  ): void {
    const { topic, document } = thingTypeAssociationEvent(operation, thing, thingTypeName, this.stamps.next());
    tx.tell('THING_TYPE_ASSOCIATION', topic, document);
  }
}
