import { type JsonObject, type JsonValue } from '#thingcore/errors';

/**
 * The look-ups a rule may make while it is evaluated. Each answers undefined when the thing asked for does not exist
 * (the call is then Undefined in SQL) and rejects when the look-up failed (the evaluation then rejects with that error).
 */
export interface ExternalFunctions {
  /** AWS: `aws_lambda(functionArn, input)`; the JSON that the function returned. */
  aws_lambda(request: { functionArn: string; input: JsonValue }): Promise<JsonValue | undefined>;
  /** AWS: `get_dynamodb(table, partition key, value [, sort key, value], roleArn)`; the item. */
  get_dynamodb(request: {
    table: string;
    partitionKey: { name: string; value: JsonValue };
    sortKey: { name: string; value: JsonValue } | undefined;
    roleArn: string;
  }): Promise<JsonValue | undefined>;
  /** The current version of a secret: its text, or its bytes in base64. */
  get_secret(request: {
    secretId: string;
    roleArn: string;
  }): Promise<{ secretString?: string | undefined; secretBinary?: string | undefined } | undefined>;
  /** The whole document of the classic shadow, or of the named one. */
  get_thing_shadow(request: {
    thingName: string;
    shadowName: string | undefined;
    roleArn: string;
  }): Promise<JsonValue | undefined>;
  /** The response of `DescribeThing` or `ListThingGroupsForThing`. */
  get_registry_data(request: {
    api: 'DescribeThing' | 'ListThingGroupsForThing';
    thingName: string;
    roleArn: string;
  }): Promise<JsonValue | undefined>;
  /** The prediction of a model for a flat record. */
  machinelearning_predict(request: {
    modelId: string;
    roleArn: string;
    record: JsonObject;
  }): Promise<JsonValue | undefined>;
  /** `decode(value, 'proto', bucket, key, file, type)`: a protobuf message as JSON. */
  decode_proto(request: {
    payload: Uint8Array;
    bucket: string;
    descriptorKey: string;
    protoFile: string;
    messageType: string;
  }): Promise<JsonValue | undefined>;
}

/** The name of an external function, as `needs` lists them. */
export type ExternalFunctionName = keyof ExternalFunctions;

/** Everything an evaluation may know beyond the message: the library itself reads no clock and draws no numbers. */
export interface RuleEnvironment {
  /** What `timestamp()` returns: milliseconds since the epoch, taken when the rules engine saw the message. */
  readonly timestamp: number;
  /** What `accountid()` returns. */
  readonly accountId: string;
  /** A fresh random UUID for each `newuuid()`. */
  newUuid(): string;
  /** A double from 0 up to 1 for each `rand()`. */
  random(): number;
  /** The look-ups that are on offer; a rule that needs another one rejects with `NotImplemented`. */
  readonly functions?: Partial<ExternalFunctions>;
}
