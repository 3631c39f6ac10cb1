import { Injectable } from '@nestjs/common';
import type { CertificateStatus } from '#thingcore/contracts';
import { rejectWithIotError } from '#thingcore/persistence';
import { DataSource } from 'typeorm';

/** A connection whose principal is wanted. */
export interface AskedConnection {
  readonly certificateId: string;
  readonly clientId: string;
}

/** What decides about a connection, the texts of the policies aside. */
export interface ResolvedConnection {
  /** Which of the connections asked for it is. */
  index: number;
  status: CertificateStatus;
  notBefore: Date;
  notAfter: Date;
  thing: ResolvedThing | null;
  /** The groups of the thing and all groups above them, by name. */
  groupNames: string[];
  /** The policies of the certificate and of these groups, each once, by name. */
  policyNames: string[];
}

/** The thing of a connection. */
export interface ResolvedThing {
  thingName: string;
  thingTypeName: string | null;
  attributes: Record<string, string>;
  isExclusive: boolean;
}

/** The default version of a policy. */
export interface PolicyText {
  policyName: string;
  policyVersionId: string;
  policyDocument: string;
}

/** A statement that the database parses and plans once for each of its connections. */
interface PreparedStatement {
  readonly name: string;
  readonly text: string;
}

/** What node-postgres' client is used for here: TypeORM itself prepares nothing. */
interface PreparingClient {
  query(statement: PreparedStatement & { values: unknown[] }): Promise<{ rows: unknown[] }>;
}

const CONNECTIONS: PreparedStatement = {
  name: 'principals_of_connections',
  text: `
    SELECT asked.position::integer - 1 AS index, status, not_before AS "notBefore", not_after AS "notAfter",
           to_json(thing) AS thing, grouped.names AS "groupNames",
           ARRAY(
             SELECT policy_name FROM policy_attachments WHERE certificate_id = asked.certificate_id
             UNION
             SELECT policy_name FROM policy_group_attachments WHERE group_name = ANY(grouped.names)
             ORDER BY policy_name
           ) AS "policyNames"
    -- The SELECTs hide how many there are: else PostgreSQL would plan anew each time, at three times the cost.
    FROM unnest((SELECT $1::text[]), (SELECT $2::text[])) WITH ORDINALITY AS asked (certificate_id, client_id, position)
    JOIN certificates ON certificates.certificate_id = asked.certificate_id
    -- Two look-ups instead of one condition with OR: a certificate may be attached to very many things.
    LEFT JOIN LATERAL (
      SELECT attached.thing_name FROM (
        SELECT thing_name, thing_principal_type FROM thing_principals
        WHERE certificate_id = asked.certificate_id AND thing_principal_type = 'EXCLUSIVE_THING'
        UNION ALL
        SELECT thing_name, thing_principal_type FROM thing_principals
        WHERE certificate_id = asked.certificate_id AND thing_name = asked.client_id
      ) AS attached
      ORDER BY thing_principal_type LIMIT 1
    ) AS chosen ON true
    LEFT JOIN LATERAL (
      SELECT things.thing_name AS "thingName", thing_type_name AS "thingTypeName", attributes,
             thing_principal_type = 'EXCLUSIVE_THING' AS "isExclusive"
      FROM things JOIN thing_principals ON thing_principals.thing_name = things.thing_name
      WHERE things.thing_name = chosen.thing_name AND certificate_id = asked.certificate_id
    ) AS thing ON true
    CROSS JOIN LATERAL (
      SELECT ARRAY(
        SELECT group_name FROM thing_group_members WHERE thing_name = chosen.thing_name ORDER BY group_name
      ) AS names
    ) AS grouped`,
};

const POLICIES: PreparedStatement = {
  name: 'default_versions_of_policies',
  text: `
    SELECT policy_name AS "policyName", default_version::text AS "policyVersionId",
           (SELECT policy_document FROM policy_versions AS versions
            WHERE versions.policy_name = policies.policy_name AND version = default_version) AS "policyDocument"
    FROM policies WHERE policy_name = ANY($1)`,
};

/** Everything that decides about connections, gathered from all of the registry's tables in two statements. */
@Injectable()
export class PrincipalStore {
  constructor(private readonly dataSource: DataSource) {}

  /** What decides about connections; one of a certificate that does not exist is left out. */
  async connections(asked: readonly AskedConnection[]): Promise<ResolvedConnection[]> {
    return this.query<ResolvedConnection>(CONNECTIONS, [
      asked.map(({ certificateId }) => certificateId),
      // PostgreSQL takes no NUL, and no thing has one in its name.
      asked.map(({ clientId }) => clientId.replaceAll('\0', '?')),
    ]);
  }

  /** The default versions of policies, those that exist. */
  async policies(policyNames: string[]): Promise<PolicyText[]> {
    return this.query<PolicyText>(POLICIES, [policyNames]);
  }

  /** Runs a statement on any of the connections, where it stays prepared: this is asked at every connect of a device. */
  private async query<Row>(statement: PreparedStatement, values: unknown[]): Promise<Row[]> {
    const runner = this.dataSource.createQueryRunner();
    try {
      const client = (await runner.connect()) as PreparingClient;
      const { rows } = await client.query({ ...statement, values });
      return rows as Row[];
    } catch (error) {
      return rejectWithIotError()(error);
    } finally {
      await runner.release();
    }
  }
}
