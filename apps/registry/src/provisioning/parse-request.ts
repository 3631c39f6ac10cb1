import type { CommandContract, ParsedRequestOf, RequestOf } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';

/**
 * A request that a template makes, under the rules of the command that a caller would send. InvalidRequest, naming the
 * field, for what the command would refuse: devices read it, who know of no commands.
 */
export function parseRequest<C extends CommandContract>(contract: C, request: RequestOf<C>): ParsedRequestOf<C> {
  const { success, data, error } = contract.request.safeParse(request);
  if (success) return data as ParsedRequestOf<C>;
  const [issue] = error.issues;
  const field = issue?.path.map(String).join('.') ?? '';
  // The rule that a name in a record breaks is underneath.
  const rule = (issue?.code === 'invalid_key' ? issue.issues[0]?.message : issue?.message) ?? 'is not valid';
  throw new IotError('InvalidRequest', `What the template makes of the parameters does not do: ${field} ${rule}`, {
    details: { field },
  });
}
