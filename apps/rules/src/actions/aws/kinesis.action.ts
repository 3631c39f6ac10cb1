import { Injectable } from '@nestjs/common';
import type { JsonObject } from '#thingcore/errors';
import { z } from 'zod';
import { KINESIS_API } from '../../aws/aws-apis.js';
import { AwsClients } from '../../aws/aws-clients.js';
import type { ActionKind, ActionScope, CompiledAction } from '../action.js';
import { actionText, ofLength } from '../action-text.js';
import { parseFields } from '../parse-fields.js';
import { roleArn } from './aws-fields.js';

const schema = z.strictObject({
  roleArn,
  streamName: z.string().min(1),
  partitionKey: z.string().min(1).optional(),
});

/** AWS: "Kinesis Data Streams". Puts the outgoing payload into a stream. */
@Injectable()
export class KinesisKind implements ActionKind {
  readonly key = 'kinesis';

  constructor(private readonly aws: AwsClients) {}

  parse(config: JsonObject, scope: ActionScope): CompiledAction {
    const { roleArn, streamName, partitionKey } = parseFields(schema, config, scope.path);
    const streamOf = actionText(streamName, 'streamName', scope, ofLength(1, 128));
    const partitionKeyOf =
      partitionKey === undefined ? undefined : actionText(partitionKey, 'partitionKey', scope, ofLength(1, 256));
    return {
      key: this.key,
      failedAction: 'KinesisAction',
      resource: streamName,
      unavailable: this.aws.connections.unavailable(roleArn),
      execute: async (input) => {
        const StreamName = await streamOf(input);
        // A random one spreads records over all shards, as the guide does with newuuid().
        const PartitionKey = (await partitionKeyOf?.(input)) ?? input.environment.newUuid();
        await this.aws.call(KINESIS_API, { roleArn, resource: StreamName }, (kinesis, signal) =>
          kinesis.putRecord({ StreamName, PartitionKey, Data: input.output.bytes }, signal),
        );
      },
    };
  }
}
