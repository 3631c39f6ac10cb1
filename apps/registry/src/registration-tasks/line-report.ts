import { type IotError, type JsonObject } from '#thingcore/errors';
import type { LineResult, WaitingLine } from './registration-line.store.js';

/** Longer messages, which quote what a line holds, are cut. */
const MAX_MESSAGE = 2_048;

/** The line of the report RESULTS. */
export function successOf({ lineNumber }: WaitingLine, response: JsonObject): LineResult {
  return { lineNumber, isSuccess: true, report: JSON.stringify({ lineNumber, response }) };
}

/** The line of the report ERRORS. */
export function failureOf({ lineNumber, offset }: WaitingLine, { code, message }: IotError): LineResult {
  const errorMessage = message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 1)}…` : message;
  const report = JSON.stringify({ lineNumber, offset, errorCode: code, errorMessage });
  return { lineNumber, isSuccess: false, report };
}
