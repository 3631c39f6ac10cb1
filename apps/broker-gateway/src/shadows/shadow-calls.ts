import { Injectable } from '@nestjs/common';
import { performShadowRequests, type ShadowOutcome, type ShadowRequest } from '#thingcore/contracts';
import { reviveError } from '#thingcore/errors';
import { RpcClient } from '#thingcore/transport';

/** Requests of one call at most; few enough that replicas share what a turn brings. */
const REQUESTS_PER_CALL = 128;

interface Waiting {
  readonly request: ShadowRequest;
  readonly resolve: (document: string | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Calls the shadow service: what one turn of the event loop brings travels in one call, since the call itself costs more
 * than what it asks for.
 */
@Injectable()
export class ShadowCalls {
  private waiting: Waiting[] = [];

  constructor(private readonly rpc: RpcClient) {}

  /** Has a request carried out; answers the document of a get, as JSON text. Rejects with the error the shadow service gave. */
  perform(request: ShadowRequest): Promise<string | undefined> {
    return new Promise((resolve, reject) => {
      if (this.waiting.length === 0) setImmediate(() => this.flush());
      this.waiting.push({ request, resolve, reject });
    });
  }

  private flush(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (let from = 0; from < waiting.length; from += REQUESTS_PER_CALL) {
      void this.call(waiting.slice(from, from + REQUESTS_PER_CALL));
    }
  }

  private async call(waiting: readonly Waiting[]): Promise<void> {
    try {
      const requests = waiting.map(({ request }) => request);
      const { outcomes } = await this.rpc.call(performShadowRequests, { requests });
      for (const [index, one] of waiting.entries()) settle(one, outcomes[index]);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}

function settle({ resolve, reject }: Waiting, outcome: ShadowOutcome | undefined): void {
  if (outcome === undefined || outcome.error !== undefined) reject(reviveError(outcome?.error));
  else resolve(outcome.document);
}
