import { Injectable } from '@nestjs/common';
import type { ThingPrincipalType } from '#thingcore/contracts';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource, type EntityManager } from 'typeorm';

/** A thing that a certificate is attached to. */
export interface AttachedThing {
  thingName: string;
  thingPrincipalType: ThingPrincipalType;
}

/** A certificate that is attached to a thing. */
export interface AttachedPrincipal {
  certificateId: string;
  thingPrincipalType: ThingPrincipalType;
}

/** Which of the things of a certificate are wanted, and in which order. */
export interface WantedThings {
  readonly thingPrincipalType?: ThingPrincipalType | undefined;
  readonly isAscending: boolean;
  readonly after?: string | undefined;
}

/** Which certificates are attached to which things, in PostgreSQL. */
@Injectable()
export class ThingPrincipalStore {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Keeps others from attaching a certificate to things, or deleting it, until the end of the transaction; answers
   * whether it exists. A transaction that locks the thing too locks the thing first.
   */
  async lockCertificate(manager: EntityManager, certificateId: string): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      'SELECT 1 FROM certificates WHERE certificate_id = $1 FOR NO KEY UPDATE',
      [certificateId],
    );
    return rows.length === 1;
  }

  /** Whether there is such a certificate. */
  async hasCertificate(certificateId: string): Promise<boolean> {
    const rows = await this.query<unknown[]>('SELECT 1 FROM certificates WHERE certificate_id = $1', [certificateId]);
    return rows.length === 1;
  }

  /**
   * How a certificate is attached to a thing and, if it is attached to others, to one of those: the exclusive one
   * before all.
   */
  async attachments(
    manager: EntityManager,
    certificateId: string,
    thingName: string,
  ): Promise<{ here?: AttachedThing; elsewhere?: AttachedThing }> {
    const rows = await manager.query<AttachedThing[]>(
      `(SELECT thing_name AS "thingName", thing_principal_type AS "thingPrincipalType" FROM thing_principals
        WHERE certificate_id = $1 AND thing_name = $2)
       UNION ALL
       (SELECT thing_name, thing_principal_type FROM thing_principals
        WHERE certificate_id = $1 AND thing_name <> $2 ORDER BY thing_principal_type, thing_name LIMIT 1)`,
      [certificateId, thingName],
    );
    const here = rows.find((attached) => attached.thingName === thingName);
    const elsewhere = rows.find((attached) => attached.thingName !== thingName);
    return { ...(here === undefined ? {} : { here }), ...(elsewhere === undefined ? {} : { elsewhere }) };
  }

  async attach(
    manager: EntityManager,
    { thingName, thingPrincipalType }: AttachedThing,
    certificateId: string,
  ): Promise<void> {
    await manager.query(
      'INSERT INTO thing_principals (thing_name, certificate_id, thing_principal_type) VALUES ($1, $2, $3)',
      [thingName, certificateId, thingPrincipalType],
    );
  }

  /** Detaches a certificate from a thing; answers whether it was attached. */
  async detach(manager: EntityManager, thingName: string, certificateId: string): Promise<boolean> {
    const [, count] = await manager.query<[unknown[], number]>(
      'DELETE FROM thing_principals WHERE thing_name = $1 AND certificate_id = $2',
      [thingName, certificateId],
    );
    return count === 1;
  }

  /** The certificates attached to a thing that this transaction has locked. */
  async ofThing(manager: EntityManager, thingName: string): Promise<AttachedPrincipal[]> {
    return manager.query<AttachedPrincipal[]>(
      `SELECT certificate_id AS "certificateId", thing_principal_type AS "thingPrincipalType" FROM thing_principals
       WHERE thing_name = $1 ORDER BY certificate_id`,
      [thingName],
    );
  }

  /** The certificates attached to things; a thing that does not exist is left out. */
  async ofThings(thingNames: string[]): Promise<{ thingName: string; principals: AttachedPrincipal[] }[]> {
    return this.query(
      `SELECT things.thing_name AS "thingName", COALESCE(
         json_agg(
           json_build_object('certificateId', certificate_id, 'thingPrincipalType', thing_principal_type)
           ORDER BY certificate_id
         ) FILTER (WHERE certificate_id IS NOT NULL),
         '[]'
       ) AS principals
       FROM things LEFT JOIN thing_principals ON thing_principals.thing_name = things.thing_name
       WHERE things.thing_name = ANY($1) GROUP BY things.thing_name ORDER BY things.thing_name`,
      [thingNames],
    );
  }

  /** Up to `limit` things that a certificate is attached to, those behind `after`, in the order of their names or against it. */
  async thingsOf(
    certificateId: string,
    { thingPrincipalType, isAscending, after }: WantedThings,
    limit: number,
  ): Promise<AttachedThing[]> {
    const [direction, behind] = isAscending ? ['ASC', '>'] : ['DESC', '<'];
    return this.query(
      `SELECT thing_name AS "thingName", thing_principal_type AS "thingPrincipalType" FROM thing_principals
       WHERE certificate_id = $1 AND ($2::text IS NULL OR thing_name ${behind} $2)
         AND ($4::text IS NULL OR thing_principal_type = $4)
       ORDER BY thing_name ${direction} LIMIT $3`,
      [certificateId, after ?? null, limit, thingPrincipalType ?? null],
    );
  }

  private query<T>(sql: string, parameters: unknown[]): Promise<T> {
    return this.dataSource.query<T>(sql, parameters).catch(rejectWithIotError());
  }
}
