import { Injectable } from '@nestjs/common';
import { IotError, type JsonObject } from '#thingcore/errors';
import { z } from 'zod';
import { InfluxWriter } from '../../timeseries/influx-writer.js';
import { toLine } from '../../timeseries/line-protocol.js';
import type { ActionInput, ActionKind, ActionScope, CompiledAction } from '../action.js';
import { type ActionText, actionText, oneOf } from '../action-text.js';
import { roleArn } from '../aws/aws-fields.js';
import { fieldError, parseFields } from '../parse-fields.js';
import { nanoseconds, TIME_UNITS, type TimeUnit } from './time-unit.js';

/** AWS: "Timestream", values of one message. */
const MAX_VALUES = 100;

const schema = z.strictObject({
  roleArn,
  databaseName: z.string().min(1),
  tableName: z.string().min(1),
  dimensions: z
    .array(z.strictObject({ name: z.string().min(1), value: z.string().min(1) }))
    .min(1, 'at least one dimension')
    .max(128),
  timestamp: z.strictObject({ value: z.string().min(1), unit: z.string().min(1).default('MILLISECONDS') }).optional(),
});

type Fields = z.output<typeof schema>;

/** AWS: "Timestream". Writes each member of the outgoing payload as a measure, into the InfluxDB of this installation. */
@Injectable()
export class TimestreamKind implements ActionKind {
  readonly key = 'timestream';

  constructor(private readonly influx: InfluxWriter) {}

  parse(config: JsonObject, scope: ActionScope): CompiledAction {
    const fields = parseFields(schema, config, scope.path);
    for (const [index, { name }] of fields.dimensions.entries()) {
      const problem = dimensionProblem(name);
      if (problem !== undefined) throw fieldError(`${scope.path}.dimensions.${index}.name`, problem);
    }
    return new TimestreamAction(this.influx, fields, scope);
  }
}

class TimestreamAction implements CompiledAction {
  readonly key = 'timestream';
  readonly failedAction = 'TimestreamAction';
  readonly resource: string;
  readonly unavailable: string | undefined;
  private readonly database: ActionText;
  private readonly table: ActionText;
  private readonly dimensions: readonly { readonly name: string; readonly value: ActionText }[];
  private readonly timestamp: { readonly value: ActionText; readonly unit: ActionText } | undefined;

  constructor(
    private readonly influx: InfluxWriter,
    fields: Fields,
    scope: ActionScope,
  ) {
    this.resource = fields.tableName;
    this.unavailable = influx.unavailable;
    this.database = actionText(fields.databaseName, 'databaseName', scope);
    this.table = actionText(fields.tableName, 'tableName', scope);
    this.dimensions = fields.dimensions.map(({ name, value }, index) => ({
      name,
      value: actionText(value, `dimensions.${index}.value`, scope),
    }));
    this.timestamp = fields.timestamp && {
      value: actionText(fields.timestamp.value, 'timestamp.value', scope),
      unit: actionText(fields.timestamp.unit, 'timestamp.unit', scope, oneOf(...TIME_UNITS)),
    };
  }

  async execute(input: ActionInput): Promise<void> {
    const measures = measuresOf(input);
    if (Object.keys(measures).length === 0) return;
    const tags: [string, string][] = [];
    for (const { name, value } of this.dimensions) tags.push([name, await value(input)]);
    const point = { table: await this.table(input), tags, fields: measures, time: await this.time(input) };
    const bucket = { database: await this.database(input), organization: undefined };
    await this.influx.write(bucket, [toLine(point, 'typed')]);
  }

  private async time(input: ActionInput): Promise<bigint> {
    if (this.timestamp === undefined) return nanoseconds(String(input.environment.timestamp), 'MILLISECONDS');
    return nanoseconds(await this.timestamp.value(input), (await this.timestamp.unit(input)) as TimeUnit);
  }
}

function measuresOf({ output: { value } }: ActionInput): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new IotError('InvalidRequest', 'timestream needs an object with measures; SELECT gave none');
  }
  if (Object.keys(value).length <= MAX_VALUES) return value;
  throw new IotError(
    'InvalidRequest',
    `A message has at most ${MAX_VALUES} measures, not ${Object.keys(value).length}`,
  );
}

/** AWS: "Timestream", the names that the service keeps for itself. */
function dimensionProblem(name: string): string | undefined {
  if (['measure_name', 'measure_value', 'time'].includes(name)) return `"${name}" is a column of every table`;
  if (/^(ts_|measure_value)/.test(name)) return `"${name}" begins with ts_ or measure_value, which are reserved`;
  return name.includes(':') ? `"${name}" holds a colon` : undefined;
}
