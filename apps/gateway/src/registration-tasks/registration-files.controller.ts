import { Readable } from 'node:stream';
import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { listThingRegistrationTaskReports, type RegistrationReportType } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { RpcClient } from '#thingcore/transport';
import { FileRequests } from './file-requests.js';
import { InputUpload } from './input-upload.js';

/** The files of bulk registrations: what goes in, and what came of it. */
@Controller()
export class RegistrationFilesController {
  constructor(
    private readonly requests: FileRequests,
    private readonly uploads: InputUpload,
    private readonly rpc: RpcClient,
  ) {}

  /** Takes an input, JSON lines. */
  @Post('registration-inputs')
  upload(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.requests.serve(request, reply, { name: 'The upload of an input', leastRole: 'operator' }, async () => {
      const file = request.body;
      const encoding = request.headers['content-encoding'] ?? 'identity';
      if (!(file instanceof Readable) || encoding !== 'identity') throw noJsonLines();
      await reply.code(201).send(await this.uploads.store(file as AsyncIterable<Buffer>));
    });
  }

  /** The lines that were registered, with what RegisterThing answers. */
  @Get('registration-tasks/:taskId/results.jsonl')
  results(@Param('taskId') taskId: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.report(taskId, 'RESULTS', request, reply);
  }

  /** The lines that were not registered, and why. */
  @Get('registration-tasks/:taskId/errors.jsonl')
  errors(@Param('taskId') taskId: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.report(taskId, 'ERRORS', request, reply);
  }

  private report(
    taskId: string,
    reportType: RegistrationReportType,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    return this.requests.serve(request, reply, { name: 'A report', leastRole: 'viewer' }, async () => {
      const pages = this.pages(taskId, reportType);
      // The first page decides between a file and a refusal.
      const first = await pages.next();
      reply.header('content-type', 'application/x-ndjson').header('cache-control', 'no-store');
      reply.header('content-disposition', `attachment; filename="${taskId}-${reportType.toLowerCase()}.jsonl"`);
      await reply.code(200).send(Readable.from(startingWith(first.value, pages), { objectMode: false }));
    });
  }

  /** The texts of a report, page by page, as fast as they are read. */
  private async *pages(taskId: string, reportType: RegistrationReportType): AsyncGenerator<string, undefined> {
    let after: string | undefined;
    do {
      const page = await this.rpc.call(listThingRegistrationTaskReports, { taskId, reportType, after });
      yield page.lines.map((line) => `${line}\n`).join('');
      after = page.nextToken;
    } while (after !== undefined);
    return undefined;
  }
}

async function* startingWith(first: string | undefined, others: AsyncIterable<string>): AsyncGenerator<string> {
  if (first !== undefined && first !== '') yield first;
  yield* others;
}

function noJsonLines(): IotError {
  return new IotError(
    'UnsupportedEncoding',
    'An input is JSON lines, not compressed: send "Content-Type: application/x-ndjson"',
  );
}
