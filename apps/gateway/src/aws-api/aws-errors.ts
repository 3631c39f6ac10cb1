import { ERROR_CODES, type ErrorCode, type IotError } from '#thingcore/errors';
import type { ApiError } from '#thingcore/rest-json';
import { publicMessageOf } from '../errors/field-names.js';
import type { ApiService } from './api-services.js';

/** Codes of the house that AWS has under another name; the first that the API's model declares is taken. */
const OTHER_NAMES: Partial<Record<ErrorCode, readonly string[]>> = {
  Internal: ['InternalFailure', 'InternalException', 'InternalServer'],
  PayloadTooLarge: ['RequestEntityTooLarge', 'InvalidRequest'],
  UnsupportedEncoding: ['UnsupportedDocumentEncoding', 'InvalidRequest'],
  VersionConflict: ['VersionConflict', 'Conflict'],
  GatewayTimeout: ['GatewayTimeout', 'ServiceUnavailable'],
  LimitExceeded: ['LimitExceeded', 'Throttling'],
  Forbidden: ['Forbidden', 'Unauthorized'],
  SqlParse: ['SqlParse', 'InvalidRequest'],
  MalformedPolicy: ['MalformedPolicy', 'InvalidRequest'],
};

/** An error of the house as clients of an API know it. `Internal` says nothing of what it was. */
export function toApiError(error: IotError, { errors }: ApiService): ApiError {
  const { code } = error;
  const names = (OTHER_NAMES[code] ?? [code]).map((name) => (name.endsWith('Exception') ? name : `${name}Exception`));
  const declared = names.map((name) => errors.get(name)).find((one) => one !== undefined);
  const name = declared?.name ?? `${code}Exception`;
  const message = code === 'Internal' ? 'Internal service failure' : publicMessageOf(error);
  const members = resourceOf(error, declared?.members ?? []);
  return { name, status: declared?.status ?? ERROR_CODES[code].httpStatus, message, ...(members && { members }) };
}

/** What a ResourceAlreadyExistsException and its like say of the resource that is in the way. */
function resourceOf({ details }: IotError, declared: readonly string[]): Record<string, string> | undefined {
  const entries = declared.flatMap((name): [string, string][] => {
    const value = name === 'message' ? undefined : details?.[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
