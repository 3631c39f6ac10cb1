import { type ConfigOf, secret, setting, wholeNumber } from '#thingcore/platform';
import { z } from 'zod';

const url = (schemes: string, example: string) =>
  z
    .string()
    .regex(new RegExp(`^(${schemes})://.`), `must look like ${example}`)
    .refine((text) => URL.canParse(text), `must look like ${example}`);

const awsEndpoint = (service: string, variable: `THINGCORE_RULES_${string}_ENDPOINT`) =>
  setting(
    variable,
    url('https?', 'http://localhost:4566').optional(),
    `URL of ${service}, or of what stands in for it, instead of THINGCORE_RULES_AWS_ENDPOINT`,
  );

/** Where the actions that are services of AWS find them, and who they say they are. */
const awsSettings = {
  awsRegion: setting(
    'THINGCORE_RULES_AWS_REGION',
    z.string().default('us-east-1'),
    'Region of the AWS services that actions use; the region in an ARN or in the URL of a queue comes first',
  ),
  awsEndpoint: setting(
    'THINGCORE_RULES_AWS_ENDPOINT',
    url('https?', 'http://localhost:4566').optional(),
    'URL that stands in for all AWS services that actions use; else they are those of AWS',
  ),
  s3Endpoint: awsEndpoint('S3', 'THINGCORE_RULES_S3_ENDPOINT'),
  lambdaEndpoint: awsEndpoint('Lambda', 'THINGCORE_RULES_LAMBDA_ENDPOINT'),
  sqsEndpoint: awsEndpoint('SQS', 'THINGCORE_RULES_SQS_ENDPOINT'),
  snsEndpoint: awsEndpoint('SNS', 'THINGCORE_RULES_SNS_ENDPOINT'),
  dynamodbEndpoint: awsEndpoint('DynamoDB', 'THINGCORE_RULES_DYNAMODB_ENDPOINT'),
  kinesisEndpoint: awsEndpoint('Kinesis', 'THINGCORE_RULES_KINESIS_ENDPOINT'),
  firehoseEndpoint: awsEndpoint('Firehose', 'THINGCORE_RULES_FIREHOSE_ENDPOINT'),
  awsAccessKeyId: setting(
    'THINGCORE_RULES_AWS_ACCESS_KEY_ID',
    z.string().optional(),
    'Access key that actions sign their requests to AWS services with, whatever role they name',
  ),
  awsSecretAccessKey: secret(
    'THINGCORE_RULES_AWS_SECRET_ACCESS_KEY',
    z.string().optional(),
    'Secret of THINGCORE_RULES_AWS_ACCESS_KEY_ID',
  ),
  awsRolesFile: setting(
    'THINGCORE_RULES_AWS_ROLES_FILE',
    z.string().optional(),
    'JSON file that gives the roles of rules credentials of their own: role ARN to accessKeyId, secretAccessKey and, if needed, sessionToken, region, endpoint',
  ),
  awsFromEnvironment: setting(
    'THINGCORE_RULES_AWS_FROM_ENVIRONMENT',
    z
      .enum(['true', 'false'], 'must be true or false')
      .default('false')
      .transform((text) => text === 'true'),
    'Whether actions without credentials of their own use those of the machine, which the AWS SDK finds in its environment, profile or role',
  ),
};

/** What rules can be told. */
export const rulesSettings = {
  postgresqlUrl: secret(
    'THINGCORE_RULES_POSTGRESQL_URL',
    z
      .string()
      .regex(/^postgres(ql)?:\/\//, 'must look like postgres://user:password@host:5432/database')
      .optional(),
    'Database that the action "postgresql" writes to; rules with this action are refused without it',
  ),
  redisUrl: secret(
    'THINGCORE_RULES_REDIS_URL',
    url('rediss?', 'redis://user:password@host:6379/0').optional(),
    'Redis that the action "redis" adds to streams of; rules with this action are refused without it',
  ),
  influxUrl: setting(
    'THINGCORE_RULES_INFLUX_URL',
    url('https?', 'http://localhost:8086').optional(),
    'InfluxDB (or what speaks its write API) of the actions "timeseries" and "timestream"; rules with them are refused without it',
  ),
  influxToken: secret('THINGCORE_RULES_INFLUX_TOKEN', z.string().optional(), 'Token for THINGCORE_RULES_INFLUX_URL'),
  influxOrganization: setting(
    'THINGCORE_RULES_INFLUX_ORGANIZATION',
    z.string().optional(),
    'Organization at THINGCORE_RULES_INFLUX_URL, which InfluxDB 2 wants to know',
  ),
  ...awsSettings,
  secretsFile: setting(
    'THINGCORE_RULES_SECRETS_FILE',
    z.string().optional(),
    'JSON file with the secrets of get_secret(): name or ARN to a text, an object, or {"SecretBinary": base64}; read again when it changes',
  ),
  privateHosts: setting(
    'THINGCORE_RULES_PRIVATE_HOSTS',
    z
      .string()
      .default('')
      .transform((text) => text.split(',').flatMap((host) => (host.trim() === '' ? [] : [host.trim()])))
      .pipe(z.array(z.string().regex(/^[\w.:-]+(\/\d{1,3})?$/, 'must be names, addresses or networks, with commas'))),
    'Names, addresses and networks (10.0.0.0/8), with commas, of private hosts that the actions "http" and "kafka" may reach; HTTP goes there without TLS too',
  ),
  caFile: setting(
    'THINGCORE_RULES_CA_FILE',
    z.string().optional(),
    'PEM file with authorities that the actions "http", "timeseries" and "timestream" trust beside the usual ones',
  ),
  confirmationUrl: setting(
    'THINGCORE_RULES_CONFIRMATION_URL',
    url('https?', 'https://iot.example.com').default('http://localhost:3000'),
    'URL under which the destinations of HTTP actions reach this installation; the link that confirms them begins with it',
  ),
  recordingMinutes: setting(
    'THINGCORE_RULES_RECORDING_MINUTES',
    wholeNumber(60, 0, 10_080),
    'Minutes for which messages that rules saw are kept to try rules on, up to 100 messages and 64 KiB a second and process; 0 keeps none',
  ),
  maxInFlight: setting(
    'THINGCORE_RULES_MAX_IN_FLIGHT',
    wholeNumber(4096, 1, 1_000_000),
    'Rule executions a process works on at a time; above it, publishers with QoS 1 wait',
  ),
  maxInFlightPerRule: setting(
    'THINGCORE_RULES_MAX_IN_FLIGHT_PER_RULE',
    wholeNumber(1024, 1, 1_000_000),
    'Executions of one rule a process works on at a time; above it, messages of QoS 1 wait in the inbox and those of QoS 0 are dropped',
  ),
  inboxLimit: setting(
    'THINGCORE_RULES_INBOX_LIMIT',
    wholeNumber(1_000_000, 1, 1_000_000_000),
    'Messages that may wait in the inbox; above it, messages of QoS 1 for rules are refused and get no PUBACK',
  ),
  deadLetterLimit: setting(
    'THINGCORE_RULES_DEAD_LETTER_LIMIT',
    wholeNumber(100_000, 1, 1_000_000_000),
    'Dead letters that are kept; above it, the oldest are deleted and counted',
  ),
  leaseMs: setting(
    'THINGCORE_RULES_LEASE_MS',
    wholeNumber(5_000, 200, 3_600_000),
    'Milliseconds without a sign of life after which the messages of a dead process are worked off by another',
  ),
};

/** What rules were told. */
export type RulesConfig = ConfigOf<typeof rulesSettings>;

/** Where {@link RulesConfig} is found. */
export const RULES_CONFIG = Symbol('RulesConfig');
