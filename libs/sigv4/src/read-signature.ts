import { SignatureFault } from './signature-fault.js';
import type { Signature, SignedRequest } from './signature.js';

const ALGORITHM = 'AWS4-HMAC-SHA256';
/** AWS: Signature Version 4, "X-Amz-Expires": seven days at most. */
const LONGEST_SECONDS = 604_800;

interface Parts {
  readonly form: Signature['form'];
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  readonly date: string;
  readonly expires?: string;
}

/**
 * Reads the signature of a request, from its header or its query.
 *
 * @throws SignatureFault when there is none, or one that is not whole
 */
export function readSignature({ headers, query }: Pick<SignedRequest, 'headers' | 'query'>): Signature {
  const authorization = headers['authorization'];
  if (typeof authorization === 'string') return toSignature(fromHeader(authorization, headers));
  if (query.has('X-Amz-Algorithm')) return toSignature(fromQuery(query));
  throw new SignatureFault('MissingAuthenticationTokenException', 'Missing Authentication Token');
}

/** Whether a request says that it is signed. */
export function isSigned({ headers, query }: Pick<SignedRequest, 'headers' | 'query'>): boolean {
  const authorization = headers['authorization'];
  return (typeof authorization === 'string' && authorization.startsWith(ALGORITHM)) || query.has('X-Amz-Algorithm');
}

function fromHeader(authorization: string, headers: SignedRequest['headers']): Parts {
  if (!authorization.startsWith(`${ALGORITHM} `)) {
    throw incomplete(`the Authorization header is not of ${ALGORITHM}`);
  }
  const fields = new Map(
    authorization
      .slice(ALGORITHM.length)
      .split(',')
      .map((field) => field.trim())
      .map((field) => [field.slice(0, field.indexOf('=')), field.slice(field.indexOf('=') + 1)]),
  );
  const field = (name: string) => fields.get(name) ?? missing(`Authorization header requires '${name}' parameter`);
  const date = headers['x-amz-date'];
  return {
    form: 'header',
    credential: field('Credential'),
    signedHeaders: field('SignedHeaders'),
    signature: field('Signature'),
    date: typeof date === 'string' ? date : missing("Authorization header requires the header 'X-Amz-Date'"),
  };
}

function fromQuery(query: URLSearchParams): Parts {
  if (query.get('X-Amz-Algorithm') !== ALGORITHM) throw incomplete(`X-Amz-Algorithm is not ${ALGORITHM}`);
  const field = (name: string) => query.get(name) ?? missing(`the query requires '${name}'`);
  return {
    form: 'query',
    credential: field('X-Amz-Credential'),
    signedHeaders: field('X-Amz-SignedHeaders'),
    signature: field('X-Amz-Signature'),
    date: field('X-Amz-Date'),
    // AWS: the device SDKs leave it out of the URL of a WebSocket; then the tolerance of the clock is all there is.
    ...(query.has('X-Amz-Expires') ? { expires: query.get('X-Amz-Expires') ?? '' } : {}),
  };
}

function toSignature({ form, credential, signedHeaders, signature, date, expires }: Parts): Signature {
  const scope = /^([\w-]{1,128})\/(\d{8})\/([\w-]{1,64})\/([\w-]{1,64})\/aws4_request$/.exec(credential);
  if (scope === null) {
    throw incomplete(`Credential must be <access key id>/<date>/<region>/<service>/aws4_request, not '${credential}'`);
  }
  const [, accessKeyId = '', day = '', region = '', service = ''] = scope;
  const signedAt = timeOf(date);
  if (!date.startsWith(day)) throw incomplete(`the date of the credential, ${day}, is not that of X-Amz-Date, ${date}`);
  if (!/^[0-9a-f]{64}$/.test(signature)) throw incomplete('Signature must be 64 hex digits');
  return {
    form,
    accessKeyId,
    day,
    region,
    service,
    signedHeaders: signedHeaders.toLowerCase().split(';'),
    signedAt,
    longDate: date,
    expiresSeconds: expires === undefined ? undefined : secondsOf(expires),
    signature,
  };
}

function timeOf(date: string): number {
  const parts = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(date);
  const [, year, month, day, hour, minute, second] = parts ?? [];
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(time)) throw incomplete(`X-Amz-Date must be like 20260131T120000Z, not '${date}'`);
  return time;
}

function secondsOf(expires: string): number {
  const seconds = /^\d{1,6}$/.test(expires) ? Number(expires) : NaN;
  if (seconds >= 1 && seconds <= LONGEST_SECONDS) return seconds;
  throw incomplete(`X-Amz-Expires must be from 1 to ${LONGEST_SECONDS} seconds, not '${expires}'`);
}

function missing(what: string): never {
  throw incomplete(what);
}

function incomplete(what: string): SignatureFault {
  return new SignatureFault('IncompleteSignatureException', `The signature is not whole: ${what}`);
}
