import { Inject, Injectable } from '@nestjs/common';
import { IotError, type JsonValue, reviveError } from '#thingcore/errors';
import { Clock, Scope } from '#thingcore/platform';
import type { ExternalFunctionName, ExternalFunctions } from '#thingcore/rules-sql';
import { RpcClient } from '#thingcore/transport';
import { fromItem, toAttributeValue } from '../actions/aws/attribute-values.js';
import { regionOfArn } from '../actions/aws/aws-fields.js';
import { DYNAMODB_API, LAMBDA_API } from '../aws/aws-apis.js';
import { AwsClients } from '../aws/aws-clients.js';
import { RulesMetrics } from '../metrics/rules-metrics.js';
import { RULES_CONFIG, type RulesConfig } from '../rules.config.js';
import { RegistryLookups } from './registry-lookups.js';
import { type Secret, SecretsFile } from './secrets-file.js';
import { ShadowLookups } from './shadow-lookups.js';
import type { SupportedFunction } from './supported-functions.js';

/** AWS: `aws_lambda()`, the function must answer within this time. The other look-ups have it too. */
const DEADLINE_MS = 2_000;

type RequestOf<Name extends SupportedFunction> = Parameters<ExternalFunctions[Name]>[0];

/** What the SQL of rules asks of the world outside: each look-up with a deadline, those of a moment together. */
@Injectable()
export class ExternalLookups {
  /** For the environment of an evaluation. */
  readonly functions: Pick<ExternalFunctions, SupportedFunction>;
  private readonly registry: RegistryLookups;
  private readonly shadows: ShadowLookups;
  private readonly secrets: SecretsFile;

  constructor(
    rpc: RpcClient,
    private readonly aws: AwsClients,
    @Inject(RULES_CONFIG) config: RulesConfig,
    scope: Scope,
    private readonly clock: Clock,
    private readonly metrics: RulesMetrics,
  ) {
    this.registry = new RegistryLookups(rpc, scope, DEADLINE_MS);
    this.shadows = new ShadowLookups(rpc, DEADLINE_MS);
    this.secrets = new SecretsFile(config.secretsFile, () => clock.now());
    this.functions = {
      aws_lambda: this.counted('aws_lambda', (request) => this.invoke(request)),
      get_dynamodb: this.counted('get_dynamodb', (request) => this.getItem(request)),
      get_registry_data: this.counted('get_registry_data', ({ api, thingName }) =>
        api === 'DescribeThing' ? this.registry.describeThing(thingName) : this.registry.listThingGroups(thingName),
      ),
      get_secret: this.counted('get_secret', ({ secretId }) => this.secrets.find(secretId)),
      get_thing_shadow: this.counted('get_thing_shadow', ({ thingName, shadowName }) =>
        this.shadows.get(thingName, shadowName),
      ),
    };
  }

  /** Why a function cannot be called in this installation, as a sentence; undefined when it can. */
  unavailable(name: ExternalFunctionName): string | undefined {
    if (name === 'get_secret') return this.secrets.unavailable;
    if (name === 'aws_lambda') return this.aws.connections.unavailable(undefined);
    return undefined;
  }

  /** AWS: the function's answer is the value; one that failed stops the rule. */
  private async invoke({ functionArn, input }: RequestOf<'aws_lambda'>): Promise<JsonValue | undefined> {
    const region = regionOfArn(functionArn);
    const call = { roleArn: undefined, resource: functionArn, region, deadlineMs: DEADLINE_MS };
    const { FunctionError, Payload } = await this.aws.call(LAMBDA_API, call, (lambda, signal) =>
      lambda.invoke(
        { FunctionName: functionArn, InvocationType: 'RequestResponse', Payload: Buffer.from(JSON.stringify(input)) },
        signal,
      ),
    );
    const text = Buffer.from(Payload ?? []).toString('utf8');
    if (FunctionError !== undefined) {
      throw new IotError('InvalidRequest', `The function ${functionArn} failed (${FunctionError}): ${text}`);
    }
    return parseAnswer(text, functionArn);
  }

  private async getItem(request: RequestOf<'get_dynamodb'>): Promise<JsonValue | undefined> {
    const { table: TableName, partitionKey, sortKey, roleArn } = request;
    const Key = Object.fromEntries(
      [partitionKey, ...(sortKey === undefined ? [] : [sortKey])].map(({ name, value }) => [
        name,
        toAttributeValue(value),
      ]),
    );
    const call = { roleArn, resource: TableName, deadlineMs: DEADLINE_MS };
    const { Item } = await this.aws.call(DYNAMODB_API, call, (dynamodb, signal) =>
      dynamodb.getItem({ TableName, Key }, signal),
    );
    return Item && fromItem(Item);
  }

  private counted<Request, Answer extends JsonValue | Secret>(
    name: SupportedFunction,
    look: (request: Request) => Promise<Answer | undefined>,
  ): (request: Request) => Promise<Answer | undefined> {
    return async (request) => {
      const startedAt = this.clock.now();
      try {
        const answer = await look(request);
        this.metrics.lookups.inc({ function: name, outcome: 'success' });
        return answer;
      } catch (error) {
        this.metrics.lookups.inc({ function: name, outcome: 'failure' });
        const { code, message, retryable, details } = reviveError(error);
        throw new IotError(code, `${name}(): ${message}`, { ...(details && { details }), retryable, cause: error });
      } finally {
        this.metrics.lookupSeconds.observe({ function: name }, (this.clock.now() - startedAt) / 1000);
      }
    };
  }
}

function parseAnswer(text: string, functionArn: string): JsonValue | undefined {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new IotError('InvalidRequest', `The function ${functionArn} answered something that is no JSON`);
  }
}
