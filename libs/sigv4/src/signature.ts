/** A request as it came, before anything of it was decoded. */
export interface SignedRequest {
  readonly method: string;
  /** The path as it stood in the request line, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By name, in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

/** The signature of a request, taken apart; nothing of it is verified. */
export interface Signature {
  /** Where it stood: in the header `Authorization`, or in the query of a presigned URL. */
  readonly form: 'header' | 'query';
  readonly accessKeyId: string;
  /** The day in UTC, e.g. `20260131`. */
  readonly day: string;
  readonly region: string;
  /** The name that services have in signatures, e.g. `iot`, `iotdata`, `iotdevicegateway`. */
  readonly service: string;
  /** In lower case, in the order of the signature. */
  readonly signedHeaders: readonly string[];
  /** Milliseconds since the epoch. */
  readonly signedAt: number;
  /** The time in the form of the signature, e.g. `20260131T120000Z`. */
  readonly longDate: string;
  /** How long a presigned URL counts, in seconds. */
  readonly expiresSeconds: number | undefined;
  /** 64 hex digits. */
  readonly signature: string;
}
