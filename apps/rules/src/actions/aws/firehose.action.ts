import { Injectable } from '@nestjs/common';
import { IotError, type JsonObject } from '#thingcore/errors';
import { z } from 'zod';
import { FIREHOSE_API } from '../../aws/aws-apis.js';
import { AwsClients } from '../../aws/aws-clients.js';
import type { ActionInput, ActionKind, ActionScope, CompiledAction } from '../action.js';
import { type ActionText, actionText, ofLength } from '../action-text.js';
import { parseFields } from '../parse-fields.js';
import { roleArn } from './aws-fields.js';

/** AWS: "Firehose", batchMode: the elements of one message. */
const MAX_RECORDS = 500;

const SEPARATORS = ['\n', '\t', '\r\n', ','] as const;

const schema = z.strictObject({
  roleArn,
  deliveryStreamName: z.string().min(1),
  separator: z.enum(SEPARATORS, 'must be a newline, a tab, a carriage return with newline, or a comma').optional(),
  batchMode: z.boolean().default(false),
});

/** AWS: "Firehose". Puts the outgoing payload, or each element of it, into a delivery stream. */
@Injectable()
export class FirehoseKind implements ActionKind {
  readonly key = 'firehose';

  constructor(private readonly aws: AwsClients) {}

  parse(config: JsonObject, scope: ActionScope): CompiledAction {
    const { roleArn, deliveryStreamName, separator, batchMode } = parseFields(schema, config, scope.path);
    const stream = actionText(deliveryStreamName, 'deliveryStreamName', scope, ofLength(1, 64));
    return new FirehoseAction(this.aws, roleArn, deliveryStreamName, stream, Buffer.from(separator ?? ''), batchMode);
  }
}

class FirehoseAction implements CompiledAction {
  readonly key = 'firehose';
  readonly failedAction = 'FirehoseAction';
  readonly unavailable: string | undefined;
  /** What an earlier try for a message left: a batch may be taken in part. */
  private readonly left = new WeakMap<ActionInput, readonly Uint8Array[]>();

  constructor(
    private readonly aws: AwsClients,
    private readonly roleArn: string | undefined,
    readonly resource: string,
    private readonly stream: ActionText,
    private readonly separator: Uint8Array,
    private readonly isBatch: boolean,
  ) {
    this.unavailable = aws.connections.unavailable(roleArn);
  }

  async execute(input: ActionInput): Promise<void> {
    const DeliveryStreamName = await this.stream(input);
    const { bytes, value } = input.output;
    if (this.isBatch && Array.isArray(value)) {
      const records = this.left.get(input) ?? value.map((element) => this.record(Buffer.from(JSON.stringify(element))));
      await this.putBatch(DeliveryStreamName, input, records);
      return;
    }
    const Record = { Data: this.record(bytes) };
    await this.aws.call(FIREHOSE_API, { roleArn: this.roleArn, resource: DeliveryStreamName }, (firehose, signal) =>
      firehose.putRecord({ DeliveryStreamName, Record }, signal),
    );
  }

  private async putBatch(
    DeliveryStreamName: string,
    input: ActionInput,
    records: readonly Uint8Array[],
  ): Promise<void> {
    if (records.length > MAX_RECORDS) {
      const problem = `A batch has at most ${MAX_RECORDS} records, and the payload has ${records.length}`;
      throw new IotError('InvalidRequest', problem, { details: { resource: DeliveryStreamName } });
    }
    if (records.length === 0) return;
    const Records = records.map((Data) => ({ Data }));
    const { RequestResponses } = await this.aws.call(
      FIREHOSE_API,
      { roleArn: this.roleArn, resource: DeliveryStreamName },
      (firehose, signal) => firehose.putRecordBatch({ DeliveryStreamName, Records }, signal),
    );
    const failed = records.filter((_, index) => RequestResponses?.[index]?.ErrorCode !== undefined);
    if (failed.length === 0) return;
    this.left.set(input, failed);
    const first = RequestResponses?.find(({ ErrorCode }) => ErrorCode !== undefined);
    throw new IotError(
      'ServiceUnavailable',
      `Firehose did not take ${failed.length} of ${records.length} records (${first?.ErrorCode}): ${first?.ErrorMessage}`,
      { details: { resource: DeliveryStreamName } },
    );
  }

  private record(bytes: Uint8Array): Uint8Array {
    return this.separator.length === 0 ? bytes : Buffer.concat([bytes, this.separator]);
  }
}
