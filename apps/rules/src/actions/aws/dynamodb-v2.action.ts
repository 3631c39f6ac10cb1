import { Injectable } from '@nestjs/common';
import { IotError, type JsonObject } from '#thingcore/errors';
import { z } from 'zod';
import { DYNAMODB_API } from '../../aws/aws-apis.js';
import { AwsClients } from '../../aws/aws-clients.js';
import type { ActionKind, ActionScope, CompiledAction, OutgoingPayload } from '../action.js';
import { actionText } from '../action-text.js';
import { parseFields } from '../parse-fields.js';
import { toItem } from './attribute-values.js';
import { roleArn } from './aws-fields.js';

const schema = z.strictObject({ roleArn, putItem: z.strictObject({ tableName: z.string().min(1) }) });

/** AWS: "DynamoDBv2". Puts a row with a column for each member of the outgoing payload. */
@Injectable()
export class DynamodbV2Kind implements ActionKind {
  readonly key = 'dynamoDBv2';

  constructor(private readonly aws: AwsClients) {}

  parse(config: JsonObject, scope: ActionScope): CompiledAction {
    const { roleArn, putItem } = parseFields(schema, config, scope.path);
    const tableOf = actionText(putItem.tableName, 'putItem.tableName', scope);
    return {
      key: this.key,
      failedAction: 'DynamoDBv2Action',
      resource: putItem.tableName,
      unavailable: this.aws.connections.unavailable(roleArn),
      execute: async (input) => {
        const TableName = await tableOf(input);
        const Item = toItem(objectPayload(input.output));
        await this.aws.call(DYNAMODB_API, { roleArn, resource: TableName }, (dynamodb, signal) =>
          dynamodb.putItem({ TableName, Item }, signal),
        );
      },
    };
  }
}

function objectPayload({ value }: OutgoingPayload): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new IotError('InvalidRequest', 'dynamoDBv2 needs an object with the columns of a row; SELECT gave none');
}
