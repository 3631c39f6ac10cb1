import type { InstanceOptions } from './instance.js';
import { findInstance } from './instance.js';
import type { Output } from './output.js';
import { PlatformApi } from './platform-api.js';

/** What every command works with. */
export class CommandContext {
  constructor(
    readonly output: Output,
    private readonly options: InstanceOptions,
    /** Ends when somebody wants the command to end. */
    readonly signal: AbortSignal,
  ) {}

  /** The platform that the command line means. */
  async api(): Promise<PlatformApi> {
    return new PlatformApi(await findInstance(this.options));
  }
}
