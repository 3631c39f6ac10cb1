import type { CommandContract, ParsedRequestOf, RequestOf } from '#thingcore/contracts';
import { ContractPipe } from '#thingcore/transport';

/**
 * A request that a template makes, under the rules of the command that a caller would send. InvalidRequest, naming the
 * field, for what the command would refuse.
 */
export function parseRequest<C extends CommandContract>(contract: C, request: RequestOf<C>): ParsedRequestOf<C> {
  return new ContractPipe(contract).transform(request) as ParsedRequestOf<C>;
}
