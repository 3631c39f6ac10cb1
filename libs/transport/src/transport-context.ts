import { BaseRpcContext } from '@nestjs/microservices';

/** What a handler may ask of the message beside its payload, through Nest's `@Ctx()`. */
export class TransportContext extends BaseRpcContext<[pattern: string, correlationId: string]> {
  /** The pattern of the command or event. */
  get pattern(): string {
    return this.args[0];
  }

  /** The id of the chain of calls this message belongs to. */
  get correlationId(): string {
    return this.args[1];
  }
}
