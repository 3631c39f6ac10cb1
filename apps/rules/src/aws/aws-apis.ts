import type { AwsApi, AwsCaller } from './aws-clients.js';
import type {
  DeleteItemCommandInput,
  GetItemCommandInput,
  GetItemCommandOutput,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import type {
  PutRecordBatchCommandInput,
  PutRecordBatchCommandOutput,
  PutRecordCommandInput as PutFirehoseRecordCommandInput,
} from '@aws-sdk/client-firehose';
import type { PutRecordCommandInput } from '@aws-sdk/client-kinesis';
import type { InvokeCommandInput, InvokeCommandOutput } from '@aws-sdk/client-lambda';
import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import type { PublishCommandInput } from '@aws-sdk/client-sns';
import type { SendMessageCommandInput } from '@aws-sdk/client-sqs';

interface S3Caller extends AwsCaller {
  putObject(input: PutObjectCommandInput, signal: AbortSignal): Promise<unknown>;
}

/** S3. Buckets stand in the path: what stands in for AWS seldom has a name for each of them. */
export const S3_API: AwsApi<S3Caller> = {
  service: 's3',
  title: 'S3',
  async load(config) {
    const { PutObjectCommand, S3Client } = await import('@aws-sdk/client-s3');
    const client = new S3Client({
      ...config,
      forcePathStyle: config.endpoint !== undefined,
      // Not every S3-compatible store knows the checksums that AWS added.
      requestChecksumCalculation: 'WHEN_REQUIRED',
    });
    return {
      putObject: (input, abortSignal) => client.send(new PutObjectCommand(input), { abortSignal }),
      destroy: () => client.destroy(),
    };
  },
};

interface LambdaCaller extends AwsCaller {
  invoke(input: InvokeCommandInput, signal: AbortSignal): Promise<InvokeCommandOutput>;
}

/** Lambda. */
export const LAMBDA_API: AwsApi<LambdaCaller> = {
  service: 'lambda',
  title: 'Lambda',
  async load(config) {
    const { InvokeCommand, LambdaClient } = await import('@aws-sdk/client-lambda');
    const client = new LambdaClient(config);
    return {
      invoke: (input, abortSignal) => client.send(new InvokeCommand(input), { abortSignal }),
      destroy: () => client.destroy(),
    };
  },
};

interface SqsCaller extends AwsCaller {
  sendMessage(input: SendMessageCommandInput, signal: AbortSignal): Promise<unknown>;
}

/** SQS. The URL of a queue names the queue; which host is asked is up to the operator, not to the rule. */
export const SQS_API: AwsApi<SqsCaller> = {
  service: 'sqs',
  title: 'SQS',
  async load(config) {
    const { SendMessageCommand, SQSClient } = await import('@aws-sdk/client-sqs');
    const client = new SQSClient({ ...config, useQueueUrlAsEndpoint: false });
    return {
      sendMessage: (input, abortSignal) => client.send(new SendMessageCommand(input), { abortSignal }),
      destroy: () => client.destroy(),
    };
  },
};

interface SnsCaller extends AwsCaller {
  publish(input: PublishCommandInput, signal: AbortSignal): Promise<unknown>;
}

/** SNS. */
export const SNS_API: AwsApi<SnsCaller> = {
  service: 'sns',
  title: 'SNS',
  async load(config) {
    const { PublishCommand, SNSClient } = await import('@aws-sdk/client-sns');
    const client = new SNSClient(config);
    return {
      publish: (input, abortSignal) => client.send(new PublishCommand(input), { abortSignal }),
      destroy: () => client.destroy(),
    };
  },
};

interface DynamodbCaller extends AwsCaller {
  putItem(input: PutItemCommandInput, signal: AbortSignal): Promise<unknown>;
  updateItem(input: UpdateItemCommandInput, signal: AbortSignal): Promise<unknown>;
  deleteItem(input: DeleteItemCommandInput, signal: AbortSignal): Promise<unknown>;
  getItem(input: GetItemCommandInput, signal: AbortSignal): Promise<GetItemCommandOutput>;
}

/** DynamoDB. */
export const DYNAMODB_API: AwsApi<DynamodbCaller> = {
  service: 'dynamodb',
  title: 'DynamoDB',
  async load(config) {
    const sdk = await import('@aws-sdk/client-dynamodb');
    const client = new sdk.DynamoDBClient(config);
    return {
      putItem: (input, abortSignal) => client.send(new sdk.PutItemCommand(input), { abortSignal }),
      updateItem: (input, abortSignal) => client.send(new sdk.UpdateItemCommand(input), { abortSignal }),
      deleteItem: (input, abortSignal) => client.send(new sdk.DeleteItemCommand(input), { abortSignal }),
      getItem: (input, abortSignal) => client.send(new sdk.GetItemCommand(input), { abortSignal }),
      destroy: () => client.destroy(),
    };
  },
};

interface KinesisCaller extends AwsCaller {
  putRecord(input: PutRecordCommandInput, signal: AbortSignal): Promise<unknown>;
}

/** Kinesis. Over HTTP/1.1 as the others: stand-ins seldom speak HTTP/2 without TLS, which the SDK would use. */
export const KINESIS_API: AwsApi<KinesisCaller> = {
  service: 'kinesis',
  title: 'Kinesis',
  async load(config) {
    const { KinesisClient, PutRecordCommand } = await import('@aws-sdk/client-kinesis');
    const client = new KinesisClient(config);
    return {
      putRecord: (input, abortSignal) => client.send(new PutRecordCommand(input), { abortSignal }),
      destroy: () => client.destroy(),
    };
  },
};

interface FirehoseCaller extends AwsCaller {
  putRecord(input: PutFirehoseRecordCommandInput, signal: AbortSignal): Promise<unknown>;
  putRecordBatch(input: PutRecordBatchCommandInput, signal: AbortSignal): Promise<PutRecordBatchCommandOutput>;
}

/** Firehose. */
export const FIREHOSE_API: AwsApi<FirehoseCaller> = {
  service: 'firehose',
  title: 'Firehose',
  async load(config) {
    const { FirehoseClient, PutRecordBatchCommand, PutRecordCommand } = await import('@aws-sdk/client-firehose');
    const client = new FirehoseClient(config);
    return {
      putRecord: (input, abortSignal) => client.send(new PutRecordCommand(input), { abortSignal }),
      putRecordBatch: (input, abortSignal) => client.send(new PutRecordBatchCommand(input), { abortSignal }),
      destroy: () => client.destroy(),
    };
  },
};
