import type { BrokerMessage } from '#thingcore/contracts';
import type { IotError, JsonObject } from '#thingcore/errors';
import type { CompiledAction } from '../actions/action.js';

/** An action that failed for good. */
export interface Failure {
  readonly action: CompiledAction;
  readonly error: IotError;
}

/** AWS: "Error handling (error action)", the message for an error action: all failures of one rule for one message. */
export function errorDocument(ruleName: string, message: BrokerMessage, failures: readonly Failure[]): JsonObject {
  const { topic, messageId, clientId, sourceIp, payload } = message;
  return {
    ruleName,
    topic,
    cloudwatchTraceId: messageId,
    ...(clientId === undefined ? {} : { clientId }),
    ...(sourceIp === undefined ? {} : { sourceIp }),
    base64OriginalPayload: payload,
    failures: failures.map(({ action, error }) => ({
      failedAction: action.failedAction,
      failedResource: resourceOf({ action, error }),
      errorMessage: error.message,
    })),
  };
}

/** What an action acted on when it failed: with its templates filled in when the error knows it. */
export function resourceOf({ action, error }: Failure): string {
  const resource = error.details?.resource;
  return typeof resource === 'string' ? resource : action.resource;
}
