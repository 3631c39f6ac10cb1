import { IotError } from '#thingcore/errors';
import type { ExternalFunctionName } from '#thingcore/rules-sql';

/** The functions of the SQL that look outside the message, as far as they exist here. */
export const SUPPORTED_FUNCTIONS = [
  'aws_lambda',
  'get_dynamodb',
  'get_registry_data',
  'get_secret',
  'get_thing_shadow',
] as const satisfies readonly ExternalFunctionName[];

/** One of {@link SUPPORTED_FUNCTIONS}. */
export type SupportedFunction = (typeof SUPPORTED_FUNCTIONS)[number];

/** Throws `NotImplemented` with details `field` for a function of AWS that does not exist here. */
export function refuseUnsupported(name: ExternalFunctionName, field: string): void {
  if ((SUPPORTED_FUNCTIONS as readonly string[]).includes(name)) return;
  const problem = `${field}: the function ${name} is not supported; supported: ${SUPPORTED_FUNCTIONS.join(', ')}`;
  throw new IotError('NotImplemented', problem, { details: { field } });
}
