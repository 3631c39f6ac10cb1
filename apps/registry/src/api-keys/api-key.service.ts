import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  type ApiKey,
  apiKeyRevoked,
  createApiKey,
  type ParsedRequestOf,
  type ReplyOf,
  verifyApiKey,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock, IdGenerator } from '#thingcore/platform';
import { EventBus } from '#thingcore/transport';
import { RegistryTransactions } from '../changes/registry-transactions.js';
import { type ApiKeyRecord, ApiKeyStore } from './api-key.store.js';

const KEY_BYTES = 32;

/** API keys: who may use the platform's own interfaces. */
@Injectable()
export class ApiKeyService {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly store: ApiKeyStore,
    private readonly events: EventBus,
    private readonly ids: IdGenerator,
    private readonly clock: Clock,
  ) {}

  /** Makes a key, which is in the answer and nowhere else. ResourceAlreadyExists for a name that is or was in use. */
  async create({ name, role, expiresAt }: ParsedRequestOf<typeof createApiKey>): Promise<ReplyOf<typeof createApiKey>> {
    const now = this.clock.now();
    if (expiresAt !== undefined && expiresAt <= now) {
      throw new IotError(
        'InvalidRequest',
        `API key ${name} would have expired before it is made, at ${new Date(expiresAt).toISOString()}: choose a time to come`,
        { details: { field: 'expiresAt', expiresAt } },
      );
    }
    const key = newKey(this.ids);
    const record: ApiKeyRecord = {
      name,
      keySha256: sha256(key),
      role,
      createdAt: new Date(now),
      expiresAt: expiresAt === undefined ? null : new Date(expiresAt),
      revokedAt: null,
    };
    if (!(await this.transactions.run(({ manager }) => this.store.insertIfAbsent(manager, record)))) {
      throw new IotError(
        'ResourceAlreadyExists',
        `There is an API key ${name}, or there was one that is revoked: choose another name`,
        { details: { field: 'name', resourceId: name } },
      );
    }
    return { ...toApiKey(record), key };
  }

  /** All keys, revoked and expired ones included, in the order of their names. */
  async list(): Promise<ApiKey[]> {
    return (await this.store.list()).map(toApiKey);
  }

  /**
   * Revokes a key for good. InvalidRequest for a valid key of an administrator when no other would remain that never
   * expires: sooner or later nobody could make another.
   * Revoking it again changes nothing and tells the replicas again.
   */
  async revoke(name: string): Promise<ApiKey> {
    const revoked = await this.transactions.run(async ({ manager }) => {
      const keys = await this.store.lockAll(manager);
      const key = keys.find((candidate) => candidate.name === name);
      if (key === undefined) {
        throw new IotError('ResourceNotFound', `API key ${name} does not exist`, { details: { field: 'name', name } });
      }
      if (key.revokedAt !== null) return key;
      const now = new Date(this.clock.now());
      const lasts = (other: ApiKeyRecord) => other !== key && other.expiresAt === null && isAdministrators(other, now);
      if (isAdministrators(key, now) && !keys.some(lasts)) {
        throw new IotError(
          'InvalidRequest',
          `Without API key ${name} no valid key of an administrator would remain that never expires: create one, without expiresAt, before you revoke this one`,
          { details: { field: 'name', name } },
        );
      }
      await this.store.setRevokedAt(manager, name, now);
      return { ...key, revokedAt: now };
    });
    await this.events.publish(apiKeyRevoked, { name });
    return toApiKey(revoked);
  }

  /** Who holds the key with that hash; Unauthorized when there is none that is valid. */
  async verify(keySha256: string): Promise<ReplyOf<typeof verifyApiKey>> {
    const key = await this.store.findByHash(keySha256);
    if (key === undefined || !isValid(key, new Date(this.clock.now()))) {
      throw new IotError('Unauthorized', 'This API key is not valid');
    }
    const { name, role, expiresAt } = toApiKey(key);
    return { name, role, ...(expiresAt === undefined ? {} : { expiresAt }) };
  }
}

/** A new key as its holder keeps it. */
export function newKey(ids: IdGenerator): string {
  return `tc_${ids.secret(KEY_BYTES)}`;
}

/** A key as it is stored. Keys are random, so no slow hash is needed. */
export function sha256(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Whether a key lets an administrator in at that time. */
export function isAdministrators(key: ApiKeyRecord, now: Date): boolean {
  return key.role === 'admin' && isValid(key, now);
}

function isValid({ revokedAt, expiresAt }: ApiKeyRecord, now: Date): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now);
}

function toApiKey({ name, role, createdAt, expiresAt, revokedAt }: ApiKeyRecord): ApiKey {
  return {
    name,
    role,
    createdAt: createdAt.getTime(),
    ...(expiresAt === null ? {} : { expiresAt: expiresAt.getTime() }),
    ...(revokedAt === null ? {} : { revokedAt: revokedAt.getTime() }),
  };
}
