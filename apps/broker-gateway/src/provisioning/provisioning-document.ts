import { IotError } from '#thingcore/errors';
import type { ProvisioningOperation } from '#thingcore/topics';
import { kindOf } from './payload-format.js';

/** Parameters of one request. */
const MAX_PARAMETERS = 256;

/** Characters of a token, which has far fewer, and of a signing request. */
const MAX_TOKEN_CHARACTERS = 4_096;
const MAX_SIGNING_REQUEST_CHARACTERS = 16_384;

/** Characters of the name of a parameter that a refusal repeats. */
const NAMED_CHARACTERS = 64;

/** What a device asks for, with all that its payload says about it. */
export type ProvisioningDocument =
  | { readonly operation: 'create-keys-and-certificate' }
  | { readonly operation: 'create-certificate-from-csr'; readonly certificateSigningRequest: string }
  | {
      readonly operation: 'register-thing';
      readonly templateName: string;
      readonly certificateOwnershipToken: string;
      readonly parameters: Readonly<Record<string, string>>;
    };

/**
 * Reads the payload of a request. Fields that mean nothing are left alone: the SDKs of AWS send some, such as the name of
 * the template.
 *
 * @throws `InvalidRequest` that names the field
 */
export function readProvisioningDocument(
  asked: ProvisioningOperation,
  payload: Readonly<Record<string, unknown>>,
): ProvisioningDocument {
  switch (asked.operation) {
    case 'create-keys-and-certificate':
      return { operation: asked.operation };
    case 'create-certificate-from-csr': {
      const certificateSigningRequest = requiredText(
        payload,
        'certificateSigningRequest',
        MAX_SIGNING_REQUEST_CHARACTERS,
      );
      return { operation: asked.operation, certificateSigningRequest };
    }
    case 'register-thing':
      return {
        operation: asked.operation,
        templateName: asked.templateName,
        certificateOwnershipToken: requiredText(payload, 'certificateOwnershipToken', MAX_TOKEN_CHARACTERS),
        parameters: readParameters(payload),
      };
  }
}

function requiredText(payload: Readonly<Record<string, unknown>>, field: string, mostCharacters: number): string {
  const value = ownValue(payload, field);
  if (value === undefined || value === null) throw invalid(field, `${field} is missing: it is a text`);
  if (typeof value !== 'string') throw invalid(field, `${field} is a text, not ${kindOf(value)}`);
  if (value === '') throw invalid(field, `${field} is empty`);
  if (value.length > mostCharacters) throw invalid(field, `${field} has more than ${mostCharacters} characters`);
  return value;
}

/** AWS: RegisterThing, "parameters": key and value pairs of texts. */
function readParameters(payload: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const given = ownValue(payload, 'parameters');
  if (given === undefined || given === null) return {};
  if (typeof given !== 'object' || Array.isArray(given) || given instanceof Uint8Array) {
    throw invalid('parameters', `parameters is an object of texts, not ${kindOf(given)}`);
  }
  const entries = Object.entries(given);
  if (entries.length > MAX_PARAMETERS) {
    throw invalid('parameters', `There are ${entries.length} parameters; a request has at most ${MAX_PARAMETERS}`);
  }
  for (const [name, value] of entries) {
    const field = `parameters.${name.slice(0, NAMED_CHARACTERS)}`;
    if (typeof value !== 'string') throw invalid(field, `${field} is a text, not ${kindOf(value)}`);
  }
  return Object.fromEntries(entries);
}

function ownValue(payload: Readonly<Record<string, unknown>>, field: string): unknown {
  return Object.hasOwn(payload, field) ? payload[field] : undefined;
}

function invalid(field: string, message: string): IotError {
  return new IotError('InvalidRequest', message, { details: { field } });
}
