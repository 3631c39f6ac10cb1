import { Injectable } from '@nestjs/common';
import { IotError, type JsonObject, type JsonValue } from '#thingcore/errors';
import { Logger } from '#thingcore/platform';
import { z } from 'zod';
import type { ActionKind, ActionScope, CompiledAction, OutgoingPayload } from './action.js';
import { actionText, ofLength } from './action-text.js';
import { roleArn, textPayload } from './aws/aws-fields.js';
import { parseFields } from './parse-fields.js';

const schema = z.strictObject({ roleArn, logGroupName: z.string().min(1), batchMode: z.boolean().default(false) });

interface LogEvent {
  readonly timestamp: number;
  readonly message: string;
}

/** AWS: "CloudWatch Logs". Writes the outgoing payload into the log of this process, marked with its log group. */
@Injectable()
export class CloudwatchLogsKind implements ActionKind {
  readonly key = 'cloudwatchLogs';

  constructor(private readonly logger: Logger) {}

  parse(config: JsonObject, scope: ActionScope): CompiledAction {
    const { logGroupName, batchMode } = parseFields(schema, config, scope.path);
    const groupOf = actionText(logGroupName, 'logGroupName', scope, ofLength(1, 512));
    return {
      key: this.key,
      failedAction: 'CloudwatchLogsAction',
      resource: logGroupName,
      destination: null,
      execute: async (input) => {
        const logGroupName = await groupOf(input);
        const events = batchMode
          ? logEvents(input.output)
          : [{ timestamp: input.environment.timestamp, message: textPayload(input.output, 'A log') }];
        for (const { timestamp, message } of events) {
          this.logger.info(message, {
            logGroupName,
            rule: scope.ruleName,
            timestamp,
            correlationId: input.correlationId,
            traceId: input.message.traceId,
          });
        }
      },
    };
  }
}

/** AWS: in batch mode the payload is an array of `{timestamp, message}`. */
function logEvents({ value }: OutgoingPayload): LogEvent[] {
  if (!Array.isArray(value)) throw noLogEvents();
  return value.map((element: JsonValue) => {
    if (typeof element !== 'object' || element === null || Array.isArray(element)) throw noLogEvents();
    const { timestamp, message } = element;
    if (typeof timestamp !== 'number' || typeof message !== 'string') throw noLogEvents();
    return { timestamp, message };
  });
}

function noLogEvents(): IotError {
  const problem = 'With batchMode the payload must be an array of {timestamp, message}, milliseconds and text';
  return new IotError('InvalidRequest', problem);
}
