import { ERROR_CODES, type ErrorCode } from './error-codes.js';

/** A JSON value: what may stand in the details of an error and in every document that travels. */
export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  [key: string]: JsonValue;
}

/** What may be said about an error beside its code and message. */
export interface IotErrorOptions {
  /** What a program needs to react: the field at fault, a line and column, the resource in conflict. */
  details?: JsonObject;
  /** Overrides the code's own answer to "may the same call succeed later?". */
  retryable?: boolean;
  /** The error underneath; it is logged where it happened and never travels. */
  cause?: unknown;
}

/** An {@link IotError} as it travels between processes: plain JSON. */
export interface SerializedIotError {
  code: ErrorCode;
  message: string;
  details?: JsonObject | undefined;
  retryable: boolean;
}

/**
 * The one error class of Thingcore. Match on `code`, never on the message or on `instanceof` across a process.
 * The message says what happened and names the value and the way out; `details` hold the same for programs.
 */
export class IotError extends Error {
  override readonly name = 'IotError';
  readonly code: ErrorCode;
  readonly details: JsonObject | undefined;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: IotErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
    this.retryable = options.retryable ?? ERROR_CODES[code].retryable;
  }

  /** The plain JSON form that a transport carries. */
  toJSON(): SerializedIotError {
    return {
      code: this.code,
      message: this.message,
      ...(this.details === undefined ? {} : { details: this.details }),
      retryable: this.retryable,
    };
  }
}
