import { Injectable } from '@nestjs/common';
import type { JsonObject } from '#thingcore/errors';
import { z } from 'zod';
import { LAMBDA_API } from '../../aws/aws-apis.js';
import { AwsClients } from '../../aws/aws-clients.js';
import type { ActionKind, ActionScope, CompiledAction } from '../action.js';
import { actionText } from '../action-text.js';
import { parseFields } from '../parse-fields.js';
import { jsonPayload, regionOfArn } from './aws-fields.js';

const schema = z.strictObject({ functionArn: z.string().min(1) });

/** AWS: "Lambda". Invokes a function with the outgoing payload as its event and waits for no result. */
@Injectable()
export class LambdaKind implements ActionKind {
  readonly key = 'lambda';

  constructor(private readonly aws: AwsClients) {}

  parse(config: JsonObject, scope: ActionScope): CompiledAction {
    const { functionArn } = parseFields(schema, config, scope.path);
    const arnOf = actionText(functionArn, 'functionArn', scope, checkFunctionArn);
    return {
      key: this.key,
      failedAction: 'LambdaAction',
      resource: functionArn,
      unavailable: this.aws.connections.unavailable(undefined),
      execute: async (input) => {
        const FunctionName = await arnOf(input);
        const Payload = jsonPayload(input.output, 'Lambda');
        const call = { roleArn: undefined, resource: FunctionName, region: regionOfArn(FunctionName) };
        await this.aws.call(LAMBDA_API, call, (lambda, signal) =>
          lambda.invoke({ FunctionName, InvocationType: 'Event', Payload }, signal),
        );
      },
    };
  }
}

/** AWS: the ARN of a function, which may end in a version or an alias. */
function checkFunctionArn(text: string): string | undefined {
  if (/^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]{1,140}(:[\w$-]+)?$/.test(text)) return undefined;
  return `must be the ARN of a function, as in arn:aws:lambda:us-east-1:123456789012:function:name, not "${text}"`;
}
