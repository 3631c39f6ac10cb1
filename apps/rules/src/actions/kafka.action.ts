import { Injectable } from '@nestjs/common';
import { IotError, type JsonObject } from '#thingcore/errors';
import { z } from 'zod';
import { KafkaProducers } from '../kafka/kafka-producers.js';
import { KAFKA_PROPERTIES, toKafkaConnection } from '../kafka/kafka-properties.js';
import type { ActionInput, ActionKind, ActionScope, CompiledAction } from './action.js';
import { type ActionText, actionText, type OptionalActionText, optionalActionText } from './action-text.js';
import { fieldError, parseFields } from './parse-fields.js';

const schema = z.strictObject({
  /** AWS: a network of the account; here actions reach what this process reaches. */
  destinationArn: z.string().min(1).optional(),
  topic: z.string().min(1),
  key: z.string().min(1).optional(),
  partition: z.string().min(1).optional(),
  headers: z
    .array(z.strictObject({ key: z.string().max(16_384), value: z.string().max(16_384) }))
    .max(100)
    .default([]),
  clientProperties: z.record(z.string(), z.string()),
});

type Fields = z.output<typeof schema>;

/** AWS: "Apache Kafka". Writes the outgoing payload as a record of a topic. */
@Injectable()
export class KafkaKind implements ActionKind {
  readonly key = 'kafka';

  constructor(private readonly producers: KafkaProducers) {}

  parse(config: JsonObject, scope: ActionScope): CompiledAction {
    return new KafkaAction(this.producers, parseFields(schema, config, scope.path), scope);
  }
}

class KafkaAction implements CompiledAction {
  readonly key = 'kafka';
  readonly failedAction = 'KafkaAction';
  readonly resource: string;
  private readonly topic: ActionText;
  private readonly recordKey: OptionalActionText | undefined;
  private readonly partition: ActionText | undefined;
  private readonly headers: readonly { readonly key: ActionText; readonly value: ActionText }[];
  private readonly properties: readonly (readonly [name: string, value: ActionText])[];

  constructor(
    private readonly producers: KafkaProducers,
    fields: Fields,
    scope: ActionScope,
  ) {
    this.resource = fields.topic;
    this.topic = actionText(fields.topic, 'topic', scope, checkTopic);
    this.recordKey = fields.key === undefined ? undefined : optionalActionText(fields.key, 'key', scope);
    this.partition =
      fields.partition === undefined ? undefined : actionText(fields.partition, 'partition', scope, checkPartition);
    this.headers = fields.headers.map(({ key, value }, index) => ({
      key: actionText(key, `headers.${index}.key`, scope),
      value: actionText(value, `headers.${index}.value`, scope),
    }));
    this.properties = compileProperties(fields.clientProperties, scope);
  }

  async execute(input: ActionInput): Promise<void> {
    const properties: Record<string, string> = {};
    for (const [name, value] of this.properties) properties[name] = await value(input);
    const partition = await this.partition?.(input);
    const key = await this.recordKey?.(input);
    const headers: [string, string][] = [];
    for (const header of this.headers) headers.push([await header.key(input), await header.value(input)]);
    await this.producers.send(toKafkaConnection(properties), {
      topic: await this.topic(input),
      key: key === undefined ? undefined : Buffer.from(key),
      value: Buffer.from(input.output.bytes),
      partition: partition === undefined ? undefined : Number(partition),
      headers,
    });
  }
}

function compileProperties(properties: Record<string, string>, scope: ActionScope) {
  const compiled = Object.entries(properties).map(([name, text]) => {
    const field = `clientProperties.${name}`;
    const check = KAFKA_PROPERTIES.get(name);
    if (check === undefined) {
      const known = [...KAFKA_PROPERTIES.keys()].join(', ');
      throw fieldError(`${scope.path}.${field}`, `there is no such property here; write one of ${known}`);
    }
    return [name, actionText(text, field, scope, check)] as const;
  });
  // With templates what is missing shows with the first message; without, at once.
  if (compiled.every(([name]) => scope.template(properties[name] ?? '', name).isConstant)) {
    try {
      toKafkaConnection(properties);
    } catch (error) {
      if (error instanceof IotError) throw fieldError(`${scope.path}.clientProperties`, error.message);
      throw error;
    }
  } else if (properties['bootstrap.servers'] === undefined) {
    throw fieldError(`${scope.path}.clientProperties`, 'needs bootstrap.servers');
  }
  return compiled;
}

/** Kafka: the name of a topic. */
function checkTopic(text: string): string | undefined {
  return /^[A-Za-z0-9._-]{1,249}$/.test(text) && text !== '.' && text !== '..'
    ? undefined
    : `must have 1 to 249 characters out of letters, digits and . _ -, not "${text}"`;
}

function checkPartition(text: string): string | undefined {
  return /^\d{1,6}$/.test(text) ? undefined : `must be the number of a partition, not "${text}"`;
}
