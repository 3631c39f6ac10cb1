import { Field, Float, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { listAudit, ReplyOf } from '#thingcore/contracts';
import type { JsonValue } from '#thingcore/errors';
import { AccessRole } from '../access/access-role.type.js';
import type { Role } from '../access/caller.js';
import { type Connection, relayConnection, toConnectionBy } from '../connections/relay-connection.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { JsonScalar } from '../scalars/json.scalar.js';

type AuditPage = ReplyOf<typeof listAudit>;
type StoredEntry = AuditPage['entries'][number];

/** How an actor showed who it is, by the names in GraphQL. */
export const AuditActorKind = {
  API_KEY: 'apiKey',
  TOKEN: 'token',
  ACCESS_KEY: 'accessKey',
  CERTIFICATE: 'certificate',
  NOBODY: 'nobody',
} as const satisfies Record<string, StoredEntry['actorKind']>;

/** Where a change came in, by the names in GraphQL. */
export const AuditChannel = { GRAPHQL: 'graphql', HTTP: 'http' } as const satisfies Record<
  string,
  StoredEntry['channel']
>;

/** What became of a change, by the names in GraphQL. */
export const AuditOutcome = { SUCCEEDED: 'succeeded', FAILED: 'failed' } as const satisfies Record<
  string,
  StoredEntry['outcome']
>;

registerEnumType(AuditActorKind, {
  name: 'AuditActorKind',
  description: 'How somebody showed who it is.',
  valuesMap: {
    API_KEY: { description: 'By an API key.' },
    TOKEN: { description: 'By a token of the OpenID Connect issuer.' },
    ACCESS_KEY: { description: 'By a request that was signed with an access key.' },
    CERTIFICATE: { description: 'By a certificate.' },
    NOBODY: { description: 'Not at all.' },
  },
});

registerEnumType(AuditChannel, {
  name: 'AuditChannel',
  description: 'Where a change came in.',
  valuesMap: { GRAPHQL: { description: 'This API.' }, HTTP: { description: 'The HTTP API.' } },
});

registerEnumType(AuditOutcome, {
  name: 'AuditOutcome',
  description: 'What became of a change.',
  valuesMap: { SUCCEEDED: { description: 'It was made.' }, FAILED: { description: 'It was refused, or it failed.' } },
});

/** An entry of the audit log. */
@ObjectType({ description: 'A change that somebody made, or tried to make.' })
export class AuditEntry {
  @Field(() => ID, { description: 'Its id.' })
  id: string;

  @Field(() => DateTimeScalar, { description: 'When the change was asked for.' })
  time: number;

  @Field(() => String, { description: 'Who asked for it: the name of the API key, or of whom the token is about.' })
  actor: string;

  @Field(() => AuditActorKind, { description: 'How the actor showed who it is.' })
  actorKind: StoredEntry['actorKind'];

  @Field(() => AccessRole, { nullable: true, description: 'The role of the actor; null for nobody.' })
  role: Role | null;

  @Field(() => String, { nullable: true, description: 'The address that the request came from.' })
  address: string | null;

  @Field(() => AuditChannel, { description: 'Where the change came in.' })
  channel: StoredEntry['channel'];

  @Field(() => String, { description: 'What was asked for: the name of the mutation.' })
  action: string;

  @Field(() => [String], { description: 'The names and ids of what it is about.' })
  subjects: string[];

  @Field(() => JsonScalar, {
    nullable: true,
    description: 'The arguments, with secrets masked and long values cut.',
  })
  input: JsonValue | null;

  @Field(() => AuditOutcome, { description: 'What became of it.' })
  outcome: StoredEntry['outcome'];

  @Field(() => String, { nullable: true, description: 'The code of the error; null when there was none.' })
  errorCode: string | null;

  @Field(() => String, { nullable: true, description: 'What the error said; null when there was none.' })
  errorMessage: string | null;

  @Field(() => String, { description: 'Under this id the logs of every service tell what happened.' })
  correlationId: string;

  @Field(() => Float, { description: 'How long it took, in milliseconds.' })
  durationMs: number;

  readonly sequence: string;
}

/** A page of the audit log. */
export const AuditEntryConnection = relayConnection(AuditEntry, {
  one: 'entry of the audit log',
  many: 'entries of the audit log',
  order: 'the newest first',
});

/** A page of the registry's audit log. */
export function toAuditEntryConnection(
  { entries, nextToken }: AuditPage,
  after: string | null | undefined,
): Connection<AuditEntry> {
  return toConnectionBy(({ sequence }) => sequence, entries.map(toAuditEntry), { nextToken, after });
}

function toAuditEntry({
  entryId,
  at,
  role,
  address,
  input,
  errorCode,
  errorMessage,
  ...entry
}: StoredEntry): AuditEntry {
  return {
    ...entry,
    id: entryId,
    time: at,
    role: role ?? null,
    address: address ?? null,
    input: input ?? null,
    errorCode: errorCode ?? null,
    errorMessage: errorMessage ?? null,
  };
}
