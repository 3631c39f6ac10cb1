import { Injectable } from '@nestjs/common';
import { type PayloadOf, shadowDeleted, shadowUpdated } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock } from '#thingcore/platform';
import {
  type AcceptedDocument,
  type AppliedUpdate,
  applyUpdate,
  type DeletedDocument,
  deleteDocument,
  getDocument,
  noShadowError,
  parseTokenRequest,
  parseUpdateRequest,
  type ShadowDocument,
  type UpdateRequest,
} from '#thingcore/shadow-document';
import { EventBus } from '#thingcore/transport';
import { KeyedQueue } from './keyed-queue.js';
import { type ShadowKey, ShadowStore, type StoredShadow } from './shadow.store.js';

/** AWS: Device Shadow, a shadow created again within 48 hours counts on after the version of the deleted one. */
const VERSION_MEMORY_MS = 48 * 3_600_000;

/** Writers of other replicas may be faster; after this many lost races the client is asked to slow down. */
const SAVE_ATTEMPTS = 32;

/** Device shadows: what a thing is and what it is wanted to be. */
@Injectable()
export class ShadowService {
  private readonly queue = new KeyedQueue();

  constructor(
    private readonly store: ShadowStore,
    private readonly events: EventBus,
    private readonly clock: Clock,
  ) {}

  /** Applies an update request and tells the world; answers what `update/accepted` says. */
  async update(key: ShadowKey, payload: Uint8Array): Promise<AcceptedDocument> {
    const request = parseUpdateRequest(payload);
    // One after the other, event included, so that a subscriber sees the versions of a shadow ascend.
    return this.queue.run(`${key.thingName}/${key.shadowName ?? ''}`, async () => {
      const applied = await this.apply(key, request);
      await this.events.publish(shadowUpdated, toEvent(key, applied, this.seconds()));
      return applied.accepted;
    });
  }

  /** The whole document of a shadow. */
  async get(key: ShadowKey, payload: Uint8Array): Promise<ShadowDocument> {
    const { clientToken } = parseTokenRequest(payload);
    const stored = await this.store.find(key);
    if (stored?.record === undefined) throw withToken(noShadowError(nameOf(key)), clientToken);
    return getDocument(stored.record, this.seconds(), clientToken);
  }

  /** The documents of the shadows of one name of many things; what does not exist is left out. */
  async getMany(thingNames: string[], shadowName?: string): Promise<{ thingName: string; document: ShadowDocument }[]> {
    const now = this.seconds();
    const found = await this.store.findMany(thingNames, shadowName);
    return found.map(({ thingName, record }) => ({ thingName, document: getDocument(record, now) }));
  }

  /** Deletes a shadow and tells the world; answers what `delete/accepted` says. */
  async delete(key: ShadowKey, payload: Uint8Array): Promise<DeletedDocument> {
    const { clientToken } = parseTokenRequest(payload);
    return this.queue.run(`${key.thingName}/${key.shadowName ?? ''}`, async () => {
      const version = await this.bury(key, clientToken);
      const deleted = deleteDocument(version, this.seconds(), clientToken);
      await this.events.publish(shadowDeleted, { ...key, deleted });
      return deleted;
    });
  }

  private async apply(key: ShadowKey, request: UpdateRequest): Promise<AppliedUpdate> {
    for (let attempt = 0; attempt < SAVE_ATTEMPTS; attempt++) {
      const before = await this.store.find(key);
      const now = this.clock.now();
      const applied = applyUpdate(before?.record, request, this.seconds(), this.memory(before, now));
      if (await this.store.save(key, before, applied.record, new Date(now))) return applied;
    }
    throw withToken(new IotError('Throttling', 'Too many concurrent updates of this shadow'), request.clientToken);
  }

  private async bury(key: ShadowKey, clientToken: string | undefined): Promise<number> {
    for (let attempt = 0; attempt < SAVE_ATTEMPTS; attempt++) {
      const stored = await this.store.find(key);
      if (stored?.record === undefined) throw withToken(noShadowError(nameOf(key)), clientToken);
      if (await this.store.delete(key, stored.version, new Date(this.clock.now()))) return stored.version;
    }
    throw withToken(new IotError('Throttling', 'Too many concurrent updates of this shadow'), clientToken);
  }

  private memory(before: StoredShadow | undefined, now: number): { previousVersion?: number } {
    if (before?.deletedAt === undefined || now - before.deletedAt.getTime() > VERSION_MEMORY_MS) return {};
    return { previousVersion: before.version };
  }

  private seconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}

function nameOf({ thingName, shadowName }: ShadowKey): string {
  return shadowName ?? thingName;
}

function withToken(error: IotError, clientToken: string | undefined): IotError {
  if (clientToken === undefined) return error;
  return new IotError(error.code, error.message, { details: { ...error.details, clientToken } });
}

function toEvent(
  key: ShadowKey,
  { record, accepted, delta, documents }: AppliedUpdate,
  now: number,
): PayloadOf<typeof shadowUpdated> {
  return { ...key, version: record.version, accepted, delta, documents, document: getDocument(record, now) };
}
