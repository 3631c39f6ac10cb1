import { Injectable } from '@nestjs/common';
import { DataSource, In, MoreThan } from 'typeorm';
import { ThingEntity } from './thing.entity.js';

/** A thing as it is stored. */
export interface ThingRecord {
  thingName: string;
  thingId: string;
  attributes: Record<string, string>;
  version: number;
}

/** The things of the registry and the certificates attached to them, in PostgreSQL. */
@Injectable()
export class ThingStore {
  constructor(private readonly dataSource: DataSource) {}

  /** Stores a new thing; answers false and changes nothing when the name is taken. */
  async insert(thing: ThingRecord, createdAt: Date): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `INSERT INTO things (thing_name, thing_id, attributes, version, created_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING RETURNING 1`,
      [thing.thingName, thing.thingId, JSON.stringify(thing.attributes), thing.version, createdAt],
    );
    return rows.length === 1;
  }

  /** The thing of that name, if there is one. */
  async find(thingName: string): Promise<ThingRecord | undefined> {
    const [thing] = await this.findMany([thingName]);
    return thing;
  }

  /** The things of these names, those that exist. */
  async findMany(thingNames: string[]): Promise<ThingRecord[]> {
    const entities = await this.dataSource.getRepository(ThingEntity).findBy({ thingName: In(thingNames) });
    return entities.map(toRecord);
  }

  /** Up to `limit` things in the order of their names, those after `after`. */
  async page(after: string | undefined, limit: number): Promise<ThingRecord[]> {
    const entities = await this.dataSource.getRepository(ThingEntity).find({
      where: after === undefined ? {} : { thingName: MoreThan(after) },
      order: { thingName: 'ASC' },
      take: limit,
    });
    return entities.map(toRecord);
  }

  /** Attaches a certificate; answers whether that is new. Both must exist. */
  async attach(thingName: string, certificateId: string): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      'INSERT INTO thing_principals (thing_name, certificate_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1',
      [thingName, certificateId],
    );
    return rows.length === 1;
  }

  /** Detaches a certificate. */
  async detach(thingName: string, certificateId: string): Promise<void> {
    await this.dataSource.query('DELETE FROM thing_principals WHERE thing_name = $1 AND certificate_id = $2', [
      thingName,
      certificateId,
    ]);
  }

  /** The things that a certificate is attached to. */
  async ofCertificate(certificateId: string): Promise<ThingRecord[]> {
    const entities = await this.dataSource
      .getRepository(ThingEntity)
      .createQueryBuilder('thing')
      .innerJoin('thing_principals', 'attached', 'attached.thing_name = thing.thing_name')
      .where('attached.certificate_id = :certificateId', { certificateId })
      .orderBy('thing.thing_name')
      .getMany();
    return entities.map(toRecord);
  }
}

function toRecord({ thingName, thingId, attributes, version }: ThingEntity): ThingRecord {
  return { thingName, thingId, attributes, version: Number(version) };
}
