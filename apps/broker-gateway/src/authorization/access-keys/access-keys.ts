import { Injectable } from '@nestjs/common';
import { deriveAccessKey, type ReplyOf } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock } from '#thingcore/platform';
import type { SigningScope } from '#thingcore/sigv4';
import { RpcClient } from '#thingcore/transport';
import type { PeerAccessKey } from '../../connection.js';
import type { Standing } from '../standing.js';

/** What a signature of a valid access key is verified with, and whose it is. */
export type DerivedKey = ReplyOf<typeof deriveAccessKey>;

/** Asks the registry for access keys, each time: rights are never older than their connection. The secrets stay there. */
@Injectable()
export class AccessKeys {
  constructor(
    private readonly rpc: RpcClient,
    private readonly clock: Clock,
  ) {}

  /** What a key signs with; `undefined` when there is no valid one of that id. Rejects when the registry does not answer. */
  async derive(accessKeyId: string, { day, region, service }: SigningScope): Promise<DerivedKey | undefined> {
    try {
      return await this.rpc.call(deriveAccessKey, { accessKeyId, day, region, service });
    } catch (error) {
      // An id that the contract refuses is no id of the registry either.
      if (!(error instanceof IotError) || !['Unauthorized', 'InvalidRequest'].includes(error.code)) throw error;
      return undefined;
    }
  }

  /** What the registry makes now of the key of a peer. Rejects when the registry does not answer. */
  async standing({ accessKeyId, scope }: PeerAccessKey): Promise<Standing> {
    const key = await this.derive(accessKeyId, scope);
    if (key === undefined) return { kind: 'refused', reason: 'is not valid any more' };
    const { role, expiresAt = Infinity } = key;
    if (expiresAt <= this.clock.now()) return { kind: 'refused', reason: 'has expired' };
    return { kind: 'accessKey', accessKeyId, role, expiresAt };
  }
}
