import { REGISTRATION_LINE_MAX_BYTES } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import type { WaitingLine } from './registration-line.store.js';

/** The parameters of a registration that a line says. InvalidRequest for a line that is no JSON object of strings. */
export function parseLine({ text }: Pick<WaitingLine, 'text'>): Record<string, string> {
  if (text === null) throw faulty(`has more than ${REGISTRATION_LINE_MAX_BYTES} bytes; shorten it`);
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw faulty('is no JSON object; write the parameters as in {"ThingName":"pump-1"}');
  }
  for (const [name, parameter] of Object.entries(value)) {
    if (typeof parameter !== 'string') {
      throw faulty(`has no string for the parameter ${JSON.stringify(name)}; put its value in quotes`, name);
    }
  }
  return value as Record<string, string>;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw faulty(`is no JSON (${(cause as Error).message}); write one object in each line`);
  }
}

function faulty(message: string, parameter?: string): IotError {
  const details = parameter === undefined ? {} : { details: { field: `parameters.${parameter}` } };
  return new IotError('InvalidRequest', `The line ${message}`, details);
}
