/** What an edge needs to know of a code: the HTTP status it becomes and whether the same call may succeed later. */
export interface ErrorCodeFacts {
  readonly httpStatus: number;
  readonly retryable: boolean;
}

/**
 * The closed list of error codes. Names and statuses are those of the AWS IoT Core APIs without the suffix "Exception",
 * so that every edge (GraphQL, MQTT, the HTTP API) can translate by table.
 */
export const ERROR_CODES = {
  InvalidRequest: { httpStatus: 400, retryable: false },
  MalformedPolicy: { httpStatus: 400, retryable: false },
  SqlParse: { httpStatus: 400, retryable: false },
  CertificateValidation: { httpStatus: 400, retryable: false },
  RegistrationCodeValidation: { httpStatus: 400, retryable: false },
  ResourceRegistrationFailure: { httpStatus: 400, retryable: false },
  Unauthorized: { httpStatus: 401, retryable: false },
  Forbidden: { httpStatus: 403, retryable: false },
  ResourceNotFound: { httpStatus: 404, retryable: false },
  CertificateState: { httpStatus: 406, retryable: false },
  ResourceAlreadyExists: { httpStatus: 409, retryable: false },
  VersionConflict: { httpStatus: 409, retryable: false },
  DeleteConflict: { httpStatus: 409, retryable: false },
  VersionsLimitExceeded: { httpStatus: 409, retryable: false },
  LimitExceeded: { httpStatus: 410, retryable: false },
  PayloadTooLarge: { httpStatus: 413, retryable: false },
  UnsupportedEncoding: { httpStatus: 415, retryable: false },
  Throttling: { httpStatus: 429, retryable: true },
  Internal: { httpStatus: 500, retryable: false },
  NotImplemented: { httpStatus: 501, retryable: false },
  ServiceUnavailable: { httpStatus: 503, retryable: true },
  GatewayTimeout: { httpStatus: 504, retryable: true },
} as const satisfies Record<string, ErrorCodeFacts>;

/** One of the codes an {@link IotError} may carry. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** Whether a string names one of the codes. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}
