import { Injectable } from '@nestjs/common';
import { IotError, type JsonObject, type JsonValue } from '#thingcore/errors';
import { z } from 'zod';
import { InfluxWriter } from '../../timeseries/influx-writer.js';
import { type NumberStyle, type Point, toLine } from '../../timeseries/line-protocol.js';
import { type BatchLimits, TimedBatches } from '../../timed-batches.js';
import type { ActionInput, ActionKind, ActionScope, CompiledAction } from '../action.js';
import { fieldError, parseFields } from '../parse-fields.js';
import { type ElementParameter, elementParameter } from './element-text.js';
import { nanoseconds, type TimeUnit } from './time-unit.js';

const UNITS = { s: 'SECONDS', ms: 'MILLISECONDS', us: 'MICROSECONDS', ns: 'NANOSECONDS' } as const;

/** AWS: "InfluxDB", the timestamp is this member of each element. */
const TIMESTAMP = 'timestamp';

const common = z.strictObject({
  databaseName: z.string().min(1),
  tableName: z.string().min(1),
  organization: z.string().min(1).optional(),
  tags: z.record(z.string(), z.string()).default({}),
  timestampUnit: z.enum(['s', 'ms', 'us', 'ns'], 'must be s, ms, us or ns').default('ms'),
  batchConfig: z
    .strictObject({
      maxBatchOpenMs: z.int().min(5).max(1000).default(20),
      maxBatchSize: z.int().min(1).max(500).default(10),
      maxBatchSizeBytes: z.int().min(100).max(131_072).default(5_120),
      batchAcrossTopics: z.boolean().default(false),
    })
    .optional(),
});

const influxdbSchema = common.extend({ destinationArn: z.string().min(1), roleArn: z.string().min(1).optional() });

type Fields = z.output<typeof common>;

/** How the two kinds of action differ. */
interface Style {
  readonly key: string;
  readonly failedAction: string;
  readonly numbers: NumberStyle;
  readonly needsTimestamp: boolean;
}

/** Writes the outgoing payload as points of a time series. Not an action of AWS: `influxDB` without a destination. */
@Injectable()
export class TimeseriesKind implements ActionKind {
  readonly key = 'timeseries';

  constructor(private readonly influx: InfluxWriter) {}

  parse(config: JsonObject, scope: ActionScope): CompiledAction {
    const style = { key: this.key, failedAction: 'TimeseriesAction', numbers: 'float', needsTimestamp: false } as const;
    return new SeriesAction(this.influx, style, parseFields(common, config, scope.path), scope);
  }
}

/** AWS: "InfluxDB". Its destination is the InfluxDB of this installation, whatever ARN it has. */
@Injectable()
export class InfluxdbKind implements ActionKind {
  readonly key = 'influxDB';

  constructor(private readonly influx: InfluxWriter) {}

  parse(config: JsonObject, scope: ActionScope): CompiledAction {
    const style = { key: this.key, failedAction: 'InfluxDBAction', numbers: 'typed', needsTimestamp: true } as const;
    return new SeriesAction(this.influx, style, parseFields(influxdbSchema, config, scope.path), scope);
  }
}

class SeriesAction implements CompiledAction {
  readonly key: string;
  readonly failedAction: string;
  readonly resource: string;
  readonly unavailable: string | undefined;
  private readonly unit: TimeUnit;
  private readonly table: ElementParameter;
  private readonly tags: readonly (readonly [name: string, value: ElementParameter])[];
  /** The members of the payload that are no fields. */
  private readonly taken: ReadonlySet<string | undefined>;
  private readonly batches: TimedBatches<string> | undefined;

  constructor(
    private readonly influx: InfluxWriter,
    private readonly style: Style,
    private readonly fields: Fields,
    scope: ActionScope,
  ) {
    this.key = style.key;
    this.failedAction = style.failedAction;
    this.resource = fields.databaseName;
    this.unavailable = influx.unavailable;
    this.unit = UNITS[fields.timestampUnit];
    this.table = elementParameter(fields.tableName, 'tableName', scope);
    this.tags = Object.entries(fields.tags).map(([name, text]) => {
      if (name === '' || name.startsWith('_')) {
        throw fieldError(
          `${scope.path}.tags.${name}`,
          'the name of a tag may not be empty or begin with an underscore',
        );
      }
      return [name, elementParameter(text, `tags.${name}`, scope)];
    });
    this.taken = new Set([TIMESTAMP, this.table.member, ...this.tags.map(([, { member }]) => member)]);
    this.batches = fields.batchConfig && this.openBatches(fields.batchConfig);
  }

  async execute(input: ActionInput): Promise<void> {
    const lines = await this.lines(input);
    if (lines.length === 0) return;
    if (this.batches === undefined) {
      await this.write(lines);
      return;
    }
    const key = this.fields.batchConfig?.batchAcrossTopics === true ? '' : input.message.topic;
    const text = lines.join('\n');
    await this.batches.add(key, text, Buffer.byteLength(text));
  }

  private openBatches(limits: BatchLimits): TimedBatches<string> {
    return new TimedBatches(limits, (texts) => this.write(texts));
  }

  private write(lines: readonly string[]): Promise<void> {
    const { databaseName: database, organization } = this.fields;
    return this.influx.write({ database, organization }, lines);
  }

  /** AWS: arrays are one point per element. */
  private async lines(input: ActionInput): Promise<string[]> {
    const { value } = input.output;
    const elements = Array.isArray(value) ? value : [value];
    const table = await this.table.read(input);
    const tags = await Promise.all(this.tags.map(async ([name, text]) => [name, await text.read(input)] as const));
    return elements.map((element) => {
      if (!isObject(element)) {
        throw new IotError('InvalidRequest', `${this.key} needs an object with fields, or an array of such`);
      }
      const fields = Object.entries(element).filter(([name]) => !this.taken.has(name));
      const point: Point = {
        table: table(element),
        tags: tags.map(([name, text]) => [name, text(element)]),
        fields: Object.fromEntries(fields),
        time: this.timeOf(element, input),
      };
      return toLine(point, this.style.numbers);
    });
  }

  private timeOf(element: JsonObject, { environment }: ActionInput): bigint {
    const timestamp = element[TIMESTAMP];
    if (timestamp === undefined && !this.style.needsTimestamp) {
      return nanoseconds(String(environment.timestamp), 'MILLISECONDS');
    }
    if (typeof timestamp === 'number') return nanoseconds(String(timestamp), this.unit);
    throw new IotError(
      'InvalidRequest',
      `${this.key} needs a whole number in the member "${TIMESTAMP}" of the payload`,
    );
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
