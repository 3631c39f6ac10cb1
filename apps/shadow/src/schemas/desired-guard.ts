import { Injectable } from '@nestjs/common';
import { getThings, type ShadowAuthor } from '#thingcore/contracts';
import type { IotError, JsonObject } from '#thingcore/errors';
import type { UpdateRequest } from '#thingcore/shadow-document';
import { desiredRefusal, faultsOfDesired } from '#thingcore/shadow-schema';
import { RpcClient } from '#thingcore/transport';
import type { ShadowKey } from '../store/stored-shadow.js';
import { withToken } from '../writes/change-request.js';
import { ShadowSchemas } from './shadow-schemas.js';

/** An update that somebody asks for. */
export interface AskedUpdate {
  readonly key: ShadowKey;
  readonly request: Pick<UpdateRequest, 'state' | 'clientToken'>;
  readonly author: ShadowAuthor | undefined;
}

/**
 * Holds what is desired against the schema of the thing's type: the one place that does, wherever an update comes from.
 * What devices report is never refused. As long as no type has a schema, it asks nobody anything.
 */
@Injectable()
export class DesiredGuard {
  constructor(
    private readonly schemas: ShadowSchemas,
    private readonly rpc: RpcClient,
  ) {}

  /** Whether what this author desires may have to be validated, as far as can be said without knowing the thing. */
  isOnWatch(author: ShadowAuthor | undefined): boolean {
    if (this.schemas.isEmpty) return false;
    return author?.origin !== 'MQTT' || this.schemas.concernsMqtt;
  }

  /** Whether an update cannot be made without knowing the thing. */
  isConcerned({ request, author }: AskedUpdate): boolean {
    return desiredOf(request) !== undefined && this.isOnWatch(author);
  }

  /** Throws `InvalidRequest`, with a place and a reason for each fault, if the update desires what the schema does not allow. */
  async check(update: AskedUpdate): Promise<void> {
    const [refusal] = await this.refusalsOf([update]);
    if (refusal !== undefined) throw refusal;
  }

  /** Why updates are refused, in their order: nothing for those that are not. The types of all things are asked for at once. */
  async refusalsOf(updates: readonly AskedUpdate[]): Promise<(IotError | undefined)[]> {
    const names = updates.filter((update) => this.isConcerned(update)).map(({ key }) => key.thingName);
    if (names.length === 0) return updates.map(() => undefined);
    const { things } = await this.rpc.call(getThings, { thingNames: [...new Set(names)] });
    const types = new Map(things.map(({ thingName, thingTypeName }) => [thingName, thingTypeName]));
    return updates.map((update) => this.refusalOf(update, types.get(update.key.thingName)));
  }

  private refusalOf({ key, request, author }: AskedUpdate, thingTypeName: string | undefined): IotError | undefined {
    const type = thingTypeName === undefined ? undefined : this.schemas.of(thingTypeName);
    const desired = desiredOf(request);
    if (type === undefined || desired === undefined) return undefined;
    if (author?.origin === 'MQTT' && type.validation !== 'ALL') return undefined;
    const shadow = type.shadows.find(({ shadowName }) => shadowName === key.shadowName);
    const faults = shadow === undefined ? [] : faultsOfDesired(shadow.state, desired);
    return faults.length === 0 ? undefined : withToken(desiredRefusal(type, faults), request.clientToken);
  }
}

/** What an update desires; taking all of it away is always right. */
function desiredOf({ state }: AskedUpdate['request']): JsonObject | undefined {
  return state?.desired ?? undefined;
}
