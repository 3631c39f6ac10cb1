import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import {
  appendRegistrationLines,
  completeRegistrationInput,
  createRegistrationInput,
  discardRegistrationInput,
  REGISTRATION_LINES_PER_APPEND,
  type RegistrationLine,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Logger } from '#thingcore/platform';
import { RpcClient } from '#thingcore/transport';
import { InputLines } from './input-lines.js';

/** How large a file may be. */
export const MAX_INPUT_BYTES = 1024 ** 3;

/** How much of it travels to the registry at once. */
const APPEND_CHARACTERS = 262_144;

/** JSON lines go by several names. */
const JSON_LINES = ['application/x-ndjson', 'application/jsonl', 'application/json-lines'];

/** What the upload of an input answers. */
export interface UploadedInput {
  readonly inputFileKey: string;
  readonly lineCount: number;
}

/** Brings files of lines to the registry, piece by piece: a caller sends as fast as the registry stores. */
@Injectable()
export class InputUpload implements OnModuleInit {
  constructor(
    private readonly rpc: RpcClient,
    private readonly host: HttpAdapterHost<FastifyAdapter>,
    private readonly logger: Logger,
  ) {}

  /** Lets bodies of JSON lines through as the streams that they are. */
  onModuleInit(): void {
    const server = this.host.httpAdapter.getInstance();
    server.addContentTypeParser(JSON_LINES, (_request, payload, done) => done(null, payload));
  }

  /**
   * Stores a file. LimitExceeded for too many lines, PayloadTooLarge, InvalidRequest for a file without lines; nothing of
   * a file that did not arrive as a whole is kept.
   */
  async store(file: AsyncIterable<Buffer>): Promise<UploadedInput> {
    const { inputFileKey } = await this.rpc.call(createRegistrationInput, {});
    try {
      await this.append(inputFileKey, file);
      return await this.rpc.call(completeRegistrationInput, { inputFileKey });
    } catch (error) {
      await this.discard(inputFileKey);
      throw error;
    }
  }

  private async append(inputFileKey: string, file: AsyncIterable<Buffer>): Promise<void> {
    const reader = new InputLines();
    let lines: RegistrationLine[] = [];
    let characters = 0;
    let bytes = 0;
    const send = async () => {
      if (lines.length > 0) await this.rpc.call(appendRegistrationLines, { inputFileKey, lines });
      lines = [];
      characters = 0;
    };
    const take = async (found: Iterable<RegistrationLine>) => {
      for (const line of found) {
        lines.push(line);
        characters += line.text?.length ?? 0;
        if (lines.length === REGISTRATION_LINES_PER_APPEND || characters >= APPEND_CHARACTERS) await send();
      }
    };
    for await (const piece of file) {
      bytes += piece.length;
      if (bytes > MAX_INPUT_BYTES) throw tooLarge();
      await take(reader.push(piece));
    }
    await take(reader.end());
    await send();
  }

  /** What is left behind is deleted after a day. */
  private async discard(inputFileKey: string): Promise<void> {
    try {
      await this.rpc.call(discardRegistrationInput, { inputFileKey });
    } catch (error) {
      this.logger.warn('an input whose upload failed is not discarded', { inputFileKey, error: String(error) });
    }
  }
}

function tooLarge(): IotError {
  return new IotError('PayloadTooLarge', `An input has at most ${MAX_INPUT_BYTES} bytes; split the file`, {
    details: { maxBytes: MAX_INPUT_BYTES },
  });
}
