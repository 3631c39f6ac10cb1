import { DynamodbKind } from './aws/dynamodb.action.js';
import { DynamodbV2Kind } from './aws/dynamodb-v2.action.js';
import { FirehoseKind } from './aws/firehose.action.js';
import { KinesisKind } from './aws/kinesis.action.js';
import { LambdaKind } from './aws/lambda.action.js';
import { S3Kind } from './aws/s3.action.js';
import { SnsKind } from './aws/sns.action.js';
import { SqsKind } from './aws/sqs.action.js';
import { CloudwatchLogsKind } from './cloudwatch-logs.action.js';
import { HttpKind } from './http/http.action.js';
import { KafkaKind } from './kafka.action.js';
import { PostgresqlKind } from './postgresql.action.js';
import { RedisKind } from './redis.action.js';
import { RepublishKind } from './republish.action.js';
import { InfluxdbKind, TimeseriesKind } from './timeseries/influxdb.action.js';
import { TimestreamKind } from './timeseries/timestream.action.js';

/** The kinds of action there are, in the order that messages list them. */
export const ACTION_CLASSES = [
  RepublishKind,
  PostgresqlKind,
  HttpKind,
  S3Kind,
  LambdaKind,
  SqsKind,
  SnsKind,
  DynamodbV2Kind,
  DynamodbKind,
  KinesisKind,
  FirehoseKind,
  KafkaKind,
  RedisKind,
  TimeseriesKind,
  InfluxdbKind,
  TimestreamKind,
  CloudwatchLogsKind,
] as const;
