import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { listAudit, type ParsedRequestOf, recordAudit, type ReplyOf } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';
import { AuditStore } from './audit.store.js';

/** The audit log: who changed what. */
@Controller()
export class AuditController {
  constructor(private readonly store: AuditStore) {}

  @MessagePattern(recordAudit.pattern)
  async record(@Payload(new ContractPipe(recordAudit)) { entries }: ParsedRequestOf<typeof recordAudit>) {
    await this.store.insert(entries);
    return {};
  }

  @MessagePattern(listAudit.pattern)
  async list(
    @Payload(new ContractPipe(listAudit)) query: ParsedRequestOf<typeof listAudit>,
  ): Promise<ReplyOf<typeof listAudit>> {
    // One more than asked for tells whether there is another page.
    const found = await this.store.list({ ...query, limit: query.limit + 1 });
    const entries = found.slice(0, query.limit);
    const last = entries.at(-1);
    return found.length > query.limit && last !== undefined ? { entries, nextToken: last.sequence } : { entries };
  }
}
