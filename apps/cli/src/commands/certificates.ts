import type { CommandContext } from '../command-context.js';
import { EXIT_CODES, Failure } from '../failure.js';
import { table } from '../output.js';
import { listUpTo } from '../pages.js';
import type { PlatformApi } from '../platform-api.js';

/** A certificate as `certificates list` shows it. */
interface ListedCertificate {
  readonly id: string;
  readonly arn: string;
  readonly status: string;
  readonly createdAt: string;
  readonly notAfter: string;
}

/** Which certificates to list. */
export interface CertificatesOptions {
  readonly status?: string;
  readonly limit: number;
}

const LIST = `query ($first: Int!, $after: String, $filter: CertificateFilter) {
  certificates(first: $first, after: $after, filter: $filter) {
    edges { node { id arn status createdAt notAfter } }
    pageInfo { hasNextPage endCursor }
  }
}`;

const OF_THING = `query ($thing: String!) {
  thing(name: $thing) { principals(first: 250) { edges { node { certificateId certificate { status } } } } }
}`;

const REVOKE = `mutation ($id: ID!) {
  updateCertificate(input: { certificateId: $id, newStatus: REVOKED }) { certificate { id status } }
}`;

/** Lists certificates, the newest first. */
export async function listCertificates(context: CommandContext, { status, limit }: CertificatesOptions): Promise<void> {
  const filter = status === undefined ? null : { status };
  const query = { field: 'certificates', operation: LIST, variables: { filter }, limit };
  const { nodes: certificates, hasMore } = await listUpTo<ListedCertificate>(await context.api(), query);
  const rows = certificates.map(({ id, status: state, createdAt, notAfter }) => [id, state, createdAt, notAfter]);
  context.output.result({ certificates, hasMore }, [
    ...(certificates.length === 0
      ? ['There is no such certificate.']
      : table(['ID', 'STATUS', 'CREATED', 'EXPIRES'], rows)),
    ...(hasMore ? [`There are more than ${limit}: see --limit.`] : []),
  ]);
}

/** Revokes a certificate by its id, or all those of a thing; live connections with them end. */
export async function revokeCertificates(
  context: CommandContext,
  id: string | undefined,
  thing: string | undefined,
): Promise<void> {
  if ((id === undefined) === (thing === undefined)) {
    throw new Failure('InvalidUsage', 'Say which certificates: an id, or --thing <name>', EXIT_CODES.usage);
  }
  const api = await context.api();
  const ids = id === undefined ? await certificatesOf(api, thing ?? '') : [id];
  for (const each of ids) await api.run(REVOKE, { id: each });
  const lines = ids.map((each) => `Revoked ${each}; it never connects again.`);
  context.output.result({ revoked: ids }, lines);
}

/** The certificates of a thing that are not revoked. */
async function certificatesOf(api: PlatformApi, thing: string): Promise<string[]> {
  type Node = { certificateId: string; certificate: { status: string } | null };
  type Data = { thing: { principals: { edges: { node: Node }[] } } | null };
  const { thing: found } = await api.run<Data>(OF_THING, { thing });
  if (found === null) throw new Failure('ResourceNotFound', `There is no thing "${thing}": see thingcore things list`);
  const ids = found.principals.edges
    .map(({ node }) => node)
    .filter(({ certificate }) => certificate !== null && certificate.status !== 'REVOKED')
    .map(({ certificateId }) => certificateId);
  if (ids.length > 0) return ids;
  throw new Failure('ResourceNotFound', `The thing "${thing}" has no certificate that could be revoked`);
}
