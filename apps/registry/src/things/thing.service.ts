import { isDeepStrictEqual } from 'node:util';
import { Injectable } from '@nestjs/common';
import { type ParsedRequestOf, type Thing, createThing, listThings, principalChanged } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock, IdGenerator, Scope } from '#thingcore/platform';
import { iotArn } from '#thingcore/policy';
import { EventBus } from '#thingcore/transport';
import { CertificateStore } from '../certificates/certificate.store.js';
import { type ThingRecord, ThingStore } from './thing.store.js';

/** AWS IoT quota: "attributes per thing without a type". */
const ATTRIBUTES_WITHOUT_TYPE = 3;

/** Things and their principals. */
@Injectable()
export class ThingService {
  constructor(
    private readonly things: ThingStore,
    private readonly certificates: CertificateStore,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly ids: IdGenerator,
    private readonly scope: Scope,
  ) {}

  async create({ thingName, attributes }: ParsedRequestOf<typeof createThing>): Promise<Thing> {
    checkAttributes(attributes);
    const thing = { thingName, attributes, thingId: this.ids.uuid(), version: 1 };
    if (await this.things.insert(thing, new Date(this.clock.now()))) return this.toThing(thing);
    const existing = await this.get(thingName);
    // AWS: CreateThing with the same name and configuration succeeds again.
    if (isDeepStrictEqual(existing.attributes, attributes)) return existing;
    throw new IotError('ResourceAlreadyExists', `Thing ${thingName} already exists with different attributes`, {
      details: { resourceId: existing.thingId, resourceArn: existing.thingArn },
    });
  }

  async getMany(thingNames: string[]): Promise<Thing[]> {
    return (await this.things.findMany(thingNames)).map((thing) => this.toThing(thing));
  }

  async list({ after, limit }: ParsedRequestOf<typeof listThings>): Promise<{ things: Thing[]; nextToken?: string }> {
    const records = await this.things.page(after, limit + 1);
    const things = records.slice(0, limit).map((thing) => this.toThing(thing));
    const last = things.at(-1);
    return records.length > limit && last !== undefined ? { things, nextToken: last.thingName } : { things };
  }

  async attachPrincipal(thingName: string, certificateId: string): Promise<void> {
    await this.get(thingName);
    await this.certificates.get(certificateId);
    if (await this.things.attach(thingName, certificateId)) {
      await this.events.publish(principalChanged, { certificateIds: [certificateId] });
    }
  }

  async detachPrincipal(thingName: string, certificateId: string): Promise<void> {
    await this.get(thingName);
    await this.things.detach(thingName, certificateId);
    await this.events.publish(principalChanged, { certificateIds: [certificateId] });
  }

  private async get(thingName: string): Promise<Thing> {
    const thing = await this.things.find(thingName);
    if (thing === undefined) {
      throw new IotError('ResourceNotFound', `Thing ${thingName} does not exist`, { details: { thingName } });
    }
    return this.toThing(thing);
  }

  private toThing(thing: ThingRecord): Thing {
    return { ...thing, thingArn: iotArn(this.scope, 'thing', thing.thingName) };
  }
}

function checkAttributes(attributes: Record<string, string>): void {
  const count = Object.keys(attributes).length;
  if (count <= ATTRIBUTES_WITHOUT_TYPE) return;
  throw new IotError(
    'InvalidRequest',
    `A thing without a thing type has at most ${ATTRIBUTES_WITHOUT_TYPE} attributes, not ${count}`,
    { details: { field: 'attributes', limit: ATTRIBUTES_WITHOUT_TYPE } },
  );
}
