import { Injectable } from '@nestjs/common';
import {
  type AccessKey,
  accessKeyRevoked,
  createAccessKey,
  deriveAccessKey,
  type ParsedRequestOf,
  type ReplyOf,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock, IdGenerator } from '#thingcore/platform';
import { deriveSigningKey } from '#thingcore/sigv4';
import { EventBus } from '#thingcore/transport';
import { RegistryTransactions } from '../changes/registry-transactions.js';
import { SecretBox } from '../secrets/secret-box.js';
import { type AccessKeyRecord, AccessKeyStore } from './access-key.store.js';
import { newAccessKeyId, newSecretAccessKey, purposeOf } from './key-material.js';

/** Access keys: who may send signed requests, as AWS SDKs do. */
@Injectable()
export class AccessKeyService {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly store: AccessKeyStore,
    private readonly box: SecretBox,
    private readonly events: EventBus,
    private readonly ids: IdGenerator,
    private readonly clock: Clock,
  ) {}

  /** Makes a key, whose secret is in the answer and nowhere else. */
  async create({
    name,
    role,
    expiresAt,
  }: ParsedRequestOf<typeof createAccessKey>): Promise<ReplyOf<typeof createAccessKey>> {
    const now = this.clock.now();
    if (expiresAt !== undefined && expiresAt <= now) {
      throw new IotError(
        'InvalidRequest',
        `Access key ${name} would have expired before it is made, at ${new Date(expiresAt).toISOString()}: choose a time to come`,
        { details: { field: 'expiresAt', expiresAt } },
      );
    }
    const [accessKeyId, secretAccessKey] = [newAccessKeyId(this.ids), newSecretAccessKey(this.ids)];
    const record: AccessKeyRecord = {
      accessKeyId,
      name,
      role,
      sealedSecret: this.box.seal(secretAccessKey, purposeOf(accessKeyId)),
      createdAt: new Date(now),
      expiresAt: expiresAt === undefined ? null : new Date(expiresAt),
      revokedAt: null,
    };
    await this.transactions.run(({ manager }) => this.store.insert(manager, record));
    return { ...toAccessKey(record), secretAccessKey };
  }

  /** All keys, revoked and expired ones included, in the order of their names. */
  async list(): Promise<AccessKey[]> {
    return (await this.store.list()).map(toAccessKey);
  }

  /** Revokes a key for good. Revoking it again changes nothing and tells the replicas again. */
  async revoke(accessKeyId: string): Promise<AccessKey> {
    const now = new Date(this.clock.now());
    const revoked = await this.transactions.run(({ manager }) => this.store.revoke(manager, accessKeyId, now));
    if (revoked === undefined) {
      throw new IotError('ResourceNotFound', `Access key ${accessKeyId} does not exist`, {
        details: { field: 'accessKeyId', accessKeyId },
      });
    }
    await this.events.publish(accessKeyRevoked, { accessKeyId });
    return toAccessKey(revoked);
  }

  /** What a valid key signs with on one day, and whose it is; Unauthorized when there is none that is valid. */
  async derive({
    accessKeyId,
    ...scope
  }: ParsedRequestOf<typeof deriveAccessKey>): Promise<ReplyOf<typeof deriveAccessKey>> {
    const key = await this.store.find(accessKeyId);
    if (key === undefined || !isValid(key, new Date(this.clock.now()))) {
      throw new IotError('Unauthorized', 'This access key is not valid');
    }
    const secret = this.box.open(key.sealedSecret, purposeOf(accessKeyId));
    const { name, role, expiresAt } = toAccessKey(key);
    return {
      signingKey: deriveSigningKey(secret, scope).toString('base64'),
      name,
      role,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    };
  }
}

function isValid({ revokedAt, expiresAt }: AccessKeyRecord, now: Date): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now);
}

function toAccessKey({ accessKeyId, name, role, createdAt, expiresAt, revokedAt }: AccessKeyRecord): AccessKey {
  return {
    accessKeyId,
    name,
    role,
    createdAt: createdAt.getTime(),
    ...(expiresAt === null ? {} : { expiresAt: expiresAt.getTime() }),
    ...(revokedAt === null ? {} : { revokedAt: revokedAt.getTime() }),
  };
}
