import { Injectable } from '@nestjs/common';
import { IotError, type JsonObject } from '#thingcore/errors';
import { z } from 'zod';
import { SNS_API } from '../../aws/aws-apis.js';
import { AwsClients } from '../../aws/aws-clients.js';
import type { ActionKind, ActionScope, CompiledAction, OutgoingPayload } from '../action.js';
import { actionText } from '../action-text.js';
import { parseFields } from '../parse-fields.js';
import { regionOfArn, roleArn, textPayload } from './aws-fields.js';

const schema = z.strictObject({
  roleArn,
  targetArn: z.string().min(1),
  messageFormat: z.enum(['RAW', 'JSON'], 'must be RAW or JSON').default('RAW'),
});

/** AWS: "SNS". Publishes the outgoing payload as a notification. */
@Injectable()
export class SnsKind implements ActionKind {
  readonly key = 'sns';

  constructor(private readonly aws: AwsClients) {}

  parse(config: JsonObject, scope: ActionScope): CompiledAction {
    const { roleArn, targetArn, messageFormat } = parseFields(schema, config, scope.path);
    const arnOf = actionText(targetArn, 'targetArn', scope, checkTargetArn);
    return {
      key: this.key,
      failedAction: 'SnsAction',
      resource: targetArn,
      unavailable: this.aws.connections.unavailable(roleArn),
      execute: async (input) => {
        const TargetArn = await arnOf(input);
        const Message = textPayload(input.output, 'SNS');
        if (messageFormat === 'JSON') refuseWithoutDefault(input.output);
        await this.aws.call(SNS_API, { roleArn, resource: TargetArn, region: regionOfArn(TargetArn) }, (sns, signal) =>
          sns.publish(
            { TargetArn, Message, ...(messageFormat === 'JSON' ? { MessageStructure: 'json' } : {}) },
            signal,
          ),
        );
      },
    };
  }
}

function checkTargetArn(text: string): string | undefined {
  if (!/^arn:[\w-]+:sns:[\w-]+:\d{12}:[^:]/.test(text)) {
    return `must be the ARN of a topic or an endpoint, as in arn:aws:sns:us-east-1:123456789012:alerts, not "${text}"`;
  }
  // AWS: the rules engine keeps no order between messages.
  return text.endsWith('.fifo') ? 'FIFO topics are not supported' : undefined;
}

/** AWS: SNS Publish, a message of many formats is an object of texts with one for all other protocols. */
function refuseWithoutDefault({ value }: OutgoingPayload): void {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isMap && typeof value['default'] === 'string') return;
  throw new IotError(
    'InvalidRequest',
    'With messageFormat JSON the payload must be an object of texts, one of them named "default"',
  );
}
