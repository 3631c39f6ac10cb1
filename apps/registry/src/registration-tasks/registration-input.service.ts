import { Inject, Injectable } from '@nestjs/common';
import type {
  appendRegistrationLines,
  completeRegistrationInput,
  createRegistrationInput,
  ParsedRequestOf,
  ReplyOf,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { RegistryContext } from '../changes/registry-context.js';
import { REGISTRY_CONFIG, type RegistryConfig } from '../registry.config.js';
import { type RegistrationInputRecord, RegistrationInputStore } from './registration-input.store.js';

/** The inputs of bulk registrations: files of lines, which come in pieces. */
@Injectable()
export class RegistrationInputService {
  constructor(
    private readonly store: RegistrationInputStore,
    private readonly context: RegistryContext,
    @Inject(REGISTRY_CONFIG) private readonly config: RegistryConfig,
  ) {}

  /** Begins an input. */
  async create(): Promise<ReplyOf<typeof createRegistrationInput>> {
    const inputFileKey = this.context.newId();
    await this.store.create(inputFileKey, this.context.now());
    return { inputFileKey };
  }

  /** Appends lines that are not there yet. LimitExceeded for too many; ResourceNotFound where none can be appended. */
  async append({
    inputFileKey,
    lines,
  }: ParsedRequestOf<typeof appendRegistrationLines>): Promise<ReplyOf<typeof appendRegistrationLines>> {
    const { registrationTaskLines: most } = this.config;
    const lineCount = await this.store.append(inputFileKey, lines, (count) => {
      if (count <= most) return;
      throw new IotError('LimitExceeded', `A bulk registration has at most ${most} lines; split the file`, {
        details: { most },
      });
    });
    if (lineCount === undefined) throw noInput(inputFileKey, 'is none that is being uploaded');
    return { lineCount };
  }

  /** Ends an input. InvalidRequest for one without lines; ResourceNotFound. */
  async complete({
    inputFileKey,
  }: ParsedRequestOf<typeof completeRegistrationInput>): Promise<ReplyOf<typeof completeRegistrationInput>> {
    const { lineCount } = await this.get(inputFileKey);
    if (lineCount === 0) {
      throw new IotError('InvalidRequest', 'The input has no lines; write one JSON object of parameters in each', {
        details: { field: 'inputFileKey' },
      });
    }
    await this.store.complete(inputFileKey);
    return { inputFileKey, lineCount };
  }

  /** Deletes an input whose upload failed. */
  discard(inputFileKey: string): Promise<void> {
    return this.store.discard(inputFileKey);
  }

  /** The lines of an input that a task may use. ResourceNotFound; InvalidRequest for one that is still coming in. */
  async toUse(inputFileKey: string): Promise<{ lineCount: number }> {
    const { isComplete, lineCount } = await this.get(inputFileKey);
    if (!isComplete) {
      throw new IotError('InvalidRequest', `The input ${inputFileKey} is still being uploaded; wait for the answer`, {
        details: { field: 'inputFileKey' },
      });
    }
    return { lineCount };
  }

  private async get(inputFileKey: string): Promise<RegistrationInputRecord> {
    const input = await this.store.find(inputFileKey);
    if (input === undefined) throw noInput(inputFileKey, 'does not exist; upload it first');
    return input;
  }
}

function noInput(inputFileKey: string, what: string): IotError {
  return new IotError('ResourceNotFound', `The input ${inputFileKey} ${what}`, { details: { field: 'inputFileKey' } });
}
