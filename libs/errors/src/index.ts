export { ERROR_CODES, isErrorCode, type ErrorCode, type ErrorCodeFacts } from './error-codes.js';
export {
  IotError,
  type IotErrorOptions,
  type JsonObject,
  type JsonValue,
  type SerializedIotError,
} from './iot-error.js';
export { reviveError } from './revive-error.js';
