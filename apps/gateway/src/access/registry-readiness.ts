import { Injectable } from '@nestjs/common';
import { verifyApiKey } from '#thingcore/contracts';
import { reviveError } from '#thingcore/errors';
import { Readiness } from '#thingcore/platform';
import { RpcClient } from '#thingcore/transport';

/** The hash of no key. */
const NO_KEY = '0'.repeat(64);

/** Below the limit of a readiness check, so that its error is the one that is told. */
const DEADLINE_MS = 1_500;

/** A gateway can serve when the registry answers: without it nobody can be told from anybody. */
@Injectable()
export class RegistryReadiness {
  constructor(
    readiness: Readiness,
    private readonly rpc: RpcClient,
  ) {
    readiness.add('registry', () => this.check());
  }

  /** Rejects unless the registry can say of a key whether it is valid. */
  async check(): Promise<void> {
    try {
      await this.rpc.call(verifyApiKey, { keySha256: NO_KEY }, { deadlineMs: DEADLINE_MS });
    } catch (error) {
      if (reviveError(error).code !== 'Unauthorized') throw error;
    }
  }
}
