import { ArgsType, Field, InputType } from '@nestjs/graphql';
import type { listAudit, RequestOf } from '#thingcore/contracts';
import { PAGE_FIELDS, PageArgs, toPageRequest } from '../connections/page.args.js';
import { DateTimeScalar } from '../scalars/date-time.scalar.js';
import { AuditOutcome } from './audit-entry.type.js';

type ListRequest = RequestOf<typeof listAudit>;

/** Which entries of the audit log are meant. */
@InputType({ description: 'Which entries of the audit log to return: those that meet all that is given.' })
export class AuditEntryFilter {
  @Field(() => String, { nullable: true, description: 'Who asked for the change.' })
  actor?: string | null;

  @Field(() => String, { nullable: true, description: 'What was asked for: the name of a mutation.' })
  action?: string | null;

  @Field(() => String, { nullable: true, description: 'A name or an id of what the change is about.' })
  subject?: string | null;

  @Field(() => AuditOutcome, { nullable: true, description: 'What became of it.' })
  outcome?: NonNullable<ListRequest['outcome']> | null;

  @Field(() => String, { nullable: true, description: 'The id under which logs and errors tell of it.' })
  correlationId?: string | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Changes from this moment on.' })
  since?: number | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Changes before this moment.' })
  until?: number | null;
}

/** The arguments of `auditEntries`. */
@ArgsType()
export class AuditEntriesArgs extends PageArgs {
  @Field(() => AuditEntryFilter, { nullable: true, description: 'Which entries to return; all when it is left out.' })
  filter?: AuditEntryFilter | null;
}

/** The request for a page of the audit log. */
export function toListAuditRequest({ filter, ...page }: AuditEntriesArgs): ListRequest {
  return {
    actor: filter?.actor ?? undefined,
    action: filter?.action ?? undefined,
    subject: filter?.subject ?? undefined,
    outcome: filter?.outcome ?? undefined,
    correlationId: filter?.correlationId ?? undefined,
    since: filter?.since ?? undefined,
    until: filter?.until ?? undefined,
    ...toPageRequest(page),
  };
}

/** How the fields of {@link toListAuditRequest} are called in GraphQL. */
export const LIST_AUDIT_FIELDS = {
  ...PAGE_FIELDS,
  actor: 'filter.actor',
  action: 'filter.action',
  subject: 'filter.subject',
  outcome: 'filter.outcome',
  correlationId: 'filter.correlationId',
  since: 'filter.since',
  until: 'filter.until',
} as const;
