import { Injectable } from '@nestjs/common';
import { type Principal, resolvePrincipals } from '#thingcore/contracts';
import { THING_NAME_PATTERN } from '#thingcore/topics';
import { RpcClient } from '#thingcore/transport';

/** Connections in one question, as many as the contract lets. */
const QUESTION_SIZE = 250;

/** Questions on their way at a time: enough to keep the registry busy, few enough that none waits past its deadline. */
const QUESTIONS_IN_FLIGHT = 4;

/** How long asks gather while another question is on its way; handshakes of a storm end one after the other. */
const GATHER_MS = 10;

interface Ask {
  readonly connection: { readonly certificateId: string; readonly clientId: string };
  readonly resolve: (principal: Principal | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Asks the registry for principals. What one turn of the event loop brings travels in one question; while the registry is
 * busy with one, the next gathers for a moment. A connection that comes alone waits for nobody.
 */
@Injectable()
export class PrincipalLookup {
  private waiting: Ask[] = [];
  private inFlight = 0;
  private isScheduled = false;

  constructor(private readonly rpc: RpcClient) {}

  /** The principal of a connection; `undefined` for a certificate that the registry does not know. */
  resolve(certificateId: string, clientId: string): Promise<Principal | undefined> {
    return new Promise((resolve, reject) => {
      // A client id of any other form names no thing. The registry may refuse such text, and many share a question.
      const thingName = THING_NAME_PATTERN.test(clientId) ? clientId : '';
      this.waiting.push({ connection: { certificateId, clientId: thingName }, resolve, reject });
      if (this.isScheduled) return;
      this.isScheduled = true;
      const send = () => {
        this.isScheduled = false;
        this.askNext();
      };
      if (this.inFlight === 0) setImmediate(send);
      else setTimeout(send, GATHER_MS);
    });
  }

  private askNext(): void {
    while (this.waiting.length > 0 && this.inFlight < QUESTIONS_IN_FLIGHT) {
      const asks = this.waiting.splice(0, QUESTION_SIZE);
      this.inFlight++;
      void this.ask(asks).finally(() => {
        this.inFlight--;
        this.askNext();
      });
    }
  }

  private async ask(asks: Ask[]): Promise<void> {
    try {
      const { principals } = await this.rpc.call(resolvePrincipals, {
        connections: asks.map(({ connection }) => connection),
      });
      asks.forEach(({ resolve }, index) => resolve(principals[index] ?? undefined));
    } catch (error) {
      for (const { reject } of asks) reject(error);
    }
  }
}
