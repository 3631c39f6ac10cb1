import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { Injectable } from '@nestjs/common';
import { IotError, type JsonObject } from '#thingcore/errors';
import { z } from 'zod';
import { DYNAMODB_API } from '../../aws/aws-apis.js';
import { AwsClients } from '../../aws/aws-clients.js';
import type { ActionInput, ActionKind, ActionScope, CompiledAction, OutgoingPayload } from '../action.js';
import { type ActionText, actionText, oneOf } from '../action-text.js';
import { fieldError, parseFields } from '../parse-fields.js';
import { toAttributeValue } from './attribute-values.js';
import { roleArn } from './aws-fields.js';

const keyType = z.string().min(1).default('STRING');

const schema = z.strictObject({
  roleArn,
  tableName: z.string().min(1),
  hashKeyField: z.string().min(1),
  hashKeyValue: z.string().min(1),
  hashKeyType: keyType,
  rangeKeyField: z.string().min(1).optional(),
  rangeKeyValue: z.string().min(1).optional(),
  rangeKeyType: keyType,
  payloadField: z.string().min(1).default('payload'),
  operation: z.string().min(1).default('INSERT'),
});

type Fields = z.output<typeof schema>;
type Item = Record<string, AttributeValue>;

/** AWS: "DynamoDB". Writes a row of keys and one column with the whole outgoing payload. */
@Injectable()
export class DynamodbKind implements ActionKind {
  readonly key = 'dynamoDB';

  constructor(private readonly aws: AwsClients) {}

  parse(config: JsonObject, scope: ActionScope): CompiledAction {
    const fields = parseFields(schema, config, scope.path);
    return new DynamodbAction(this.aws, fields, scope);
  }
}

class DynamodbAction implements CompiledAction {
  readonly key = 'dynamoDB';
  readonly failedAction = 'DynamoAction';
  readonly resource: string;
  readonly unavailable: string | undefined;
  private readonly roleArn: string | undefined;
  private readonly tableName: ActionText;
  private readonly keys: readonly KeyColumn[];
  private readonly payloadField: ActionText;
  private readonly operation: ActionText;

  constructor(
    private readonly aws: AwsClients,
    fields: Fields,
    scope: ActionScope,
  ) {
    this.resource = fields.tableName;
    this.unavailable = aws.connections.unavailable(fields.roleArn);
    this.roleArn = fields.roleArn;
    this.tableName = actionText(fields.tableName, 'tableName', scope);
    this.keys = [keyColumn('hashKey', fields, scope), keyColumn('rangeKey', fields, scope)].filter(
      (column) => column !== undefined,
    );
    this.payloadField = actionText(fields.payloadField, 'payloadField', scope);
    this.operation = actionText(fields.operation, 'operation', scope, oneOf('INSERT', 'UPDATE', 'DELETE'));
  }

  async execute(input: ActionInput): Promise<void> {
    const TableName = await this.tableName(input);
    const Key = await this.readKeys(input);
    const operation = await this.operation(input);
    const column = await this.payloadField(input);
    const payload = payloadValue(input.output);
    await this.aws.call(DYNAMODB_API, { roleArn: this.roleArn, resource: TableName }, (dynamodb, signal) => {
      if (operation === 'DELETE') return dynamodb.deleteItem({ TableName, Key }, signal);
      if (operation === 'INSERT') return dynamodb.putItem({ TableName, Item: { ...Key, [column]: payload } }, signal);
      const update = {
        TableName,
        Key,
        UpdateExpression: 'SET #payload = :payload',
        ExpressionAttributeNames: { '#payload': column },
        ExpressionAttributeValues: { ':payload': payload },
      };
      return dynamodb.updateItem(update, signal);
    });
  }

  private async readKeys(input: ActionInput): Promise<Item> {
    const item: Item = {};
    for (const { field, value, type } of this.keys) {
      item[await field(input)] = keyValue(await value(input), await type(input));
    }
    return item;
  }
}

interface KeyColumn {
  readonly field: ActionText;
  readonly value: ActionText;
  readonly type: ActionText;
}

function keyColumn(name: 'hashKey' | 'rangeKey', fields: Fields, scope: ActionScope): KeyColumn | undefined {
  const [field, value] = [fields[`${name}Field`], fields[`${name}Value`]];
  if (field === undefined && value === undefined) return undefined;
  if (field === undefined) throw fieldError(`${scope.path}.${name}Field`, `is needed with ${name}Value`);
  if (value === undefined) throw fieldError(`${scope.path}.${name}Value`, `is needed with ${name}Field`);
  return {
    field: actionText(field, `${name}Field`, scope),
    value: actionText(value, `${name}Value`, scope),
    type: actionText(fields[`${name}Type`], `${name}Type`, scope, oneOf('STRING', 'NUMBER')),
  };
}

function keyValue(text: string, type: string): AttributeValue {
  if (type === 'STRING') return { S: text };
  if (/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return { N: text };
  throw new IotError('InvalidRequest', `The key must be a number, since its type is NUMBER, not "${text}"`);
}

/** AWS: JSON as what it is, anything else as bytes. */
function payloadValue({ value, bytes }: OutgoingPayload): AttributeValue {
  return value === undefined ? { B: bytes } : toAttributeValue(value);
}
