import { UseFilters } from '@nestjs/common';
import { Args, Extensions, Query, Resolver } from '@nestjs/graphql';
import { listAudit } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import { ADMINS_ONLY } from '../access/least-role.js';
import type { Connection } from '../connections/relay-connection.js';
import { inTermsOf } from '../errors/field-names.js';
import { GraphqlErrorFilter } from '../errors/graphql-error.filter.js';
import { AuditEntry, AuditEntryConnection, toAuditEntryConnection } from './audit-entry.type.js';
import { AuditEntriesArgs, LIST_AUDIT_FIELDS, toListAuditRequest } from './audit.args.js';

/** Who changed what. */
@Resolver(() => AuditEntry)
@UseFilters(GraphqlErrorFilter)
export class AuditResolver {
  constructor(private readonly rpc: RpcClient) {}

  @Extensions(ADMINS_ONLY)
  @Query(() => AuditEntryConnection, {
    description:
      'The audit log: every mutation with who asked for it and what became of it, the newest first. For administrators.',
  })
  async auditEntries(@Args() args: AuditEntriesArgs): Promise<Connection<AuditEntry>> {
    const page = await inTermsOf(LIST_AUDIT_FIELDS, this.rpc.call(listAudit, toListAuditRequest(args)));
    return toAuditEntryConnection(page, args.after);
  }
}
