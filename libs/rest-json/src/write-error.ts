import type { HttpResponseParts } from './write-response.js';

/** An error as clients of restJson1 know it. */
export interface ApiError {
  /** E.g. `ResourceNotFoundException`. */
  readonly name: string;
  readonly status: number;
  readonly message: string;
  /** Further members, e.g. `resourceArn`. */
  readonly members?: Readonly<Record<string, string>>;
}

/** Writes an error: SDKs look for its name in the header first, command lines show the message. */
export function writeError({ name, status, message, members }: ApiError): HttpResponseParts {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': name },
    body: JSON.stringify({ message, ...members }),
  };
}
