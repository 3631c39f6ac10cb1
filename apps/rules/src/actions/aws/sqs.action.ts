import { Injectable } from '@nestjs/common';
import type { JsonObject } from '#thingcore/errors';
import { z } from 'zod';
import { SQS_API } from '../../aws/aws-apis.js';
import { AwsClients } from '../../aws/aws-clients.js';
import type { ActionKind, ActionScope, CompiledAction } from '../action.js';
import { actionText } from '../action-text.js';
import { parseFields } from '../parse-fields.js';
import { roleArn, textPayload } from './aws-fields.js';

const schema = z.strictObject({
  roleArn,
  queueUrl: z.string().min(1),
  useBase64: z.boolean().default(false),
});

/** AWS: "SQS". Sends the outgoing payload to a queue. */
@Injectable()
export class SqsKind implements ActionKind {
  readonly key = 'sqs';

  constructor(private readonly aws: AwsClients) {}

  parse(config: JsonObject, scope: ActionScope): CompiledAction {
    const { roleArn, queueUrl, useBase64 } = parseFields(schema, config, scope.path);
    const urlOf = actionText(queueUrl, 'queueUrl', scope, checkQueueUrl);
    return {
      key: this.key,
      failedAction: 'SqsAction',
      resource: queueUrl,
      unavailable: this.aws.connections.unavailable(roleArn),
      execute: async (input) => {
        const QueueUrl = await urlOf(input);
        const MessageBody = useBase64
          ? Buffer.from(input.output.bytes).toString('base64')
          : textPayload(input.output, 'SQS');
        const call = { roleArn, resource: QueueUrl, region: regionOfQueue(QueueUrl) };
        await this.aws.call(SQS_API, call, (sqs, signal) => sqs.sendMessage({ QueueUrl, MessageBody }, signal));
      },
    };
  }
}

function checkQueueUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return `must be the URL of a queue, not "${text}"`;
  // AWS: the rules engine keeps no order between messages.
  return text.endsWith('.fifo') ? 'FIFO queues are not supported' : undefined;
}

/** AWS: `https://sqs.<region>.amazonaws.com/<account>/<name>`. */
function regionOfQueue(queueUrl: string): string | undefined {
  return /^https:\/\/sqs\.([\w-]+)\.amazonaws\.com(\.cn)?\//.exec(queueUrl)?.[1];
}
