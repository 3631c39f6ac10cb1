import { Injectable } from '@nestjs/common';
import { publishMessages, type RequestOf } from '#thingcore/contracts';
import { IotError, type JsonObject, reviveError } from '#thingcore/errors';
import type { CompiledTemplate } from '#thingcore/rules-sql';
import { checkTopicName, parseReservedTopic } from '#thingcore/topics';
import { RpcClient } from '#thingcore/transport';
import { z } from 'zod';
import { BatchQueue } from '../batch-queue.js';
import type { ActionFailures, ActionInput, ActionKind, ActionScope, CompiledAction } from './action.js';
import { fieldError, parseFields } from './parse-fields.js';
import { compileHeaders, type Headers, headersSchema } from './republish-headers.js';

/** AWS leaves loops to their author; here a message ends after this many republishes. */
const MAX_HOPS = 10;

const schema = z.strictObject({
  roleArn: z.string().min(1).optional(),
  topic: z.string().min(1),
  qos: z.union([z.literal(0), z.literal(1)], 'must be 0 or 1').default(0),
  headers: headersSchema.optional(),
});

/** AWS: "Republish". Publishes the outgoing payload to another topic. */
@Injectable()
export class RepublishKind implements ActionKind {
  readonly key = 'republish';

  constructor(private readonly rpc: RpcClient) {}

  parse(config: JsonObject, scope: ActionScope): CompiledAction {
    const { topic, qos, headers } = parseFields(schema, config, scope.path);
    return new RepublishAction(
      this.rpc,
      compileTopic(topic, scope),
      qos,
      headers === undefined ? undefined : compileHeaders(headers, scope),
      topic,
    );
  }
}

/** The topic of one message. Errors: `InvalidRequest` when none comes out or it may not be published to. */
type Topic = (input: ActionInput) => string | Promise<string>;

type Publish = RequestOf<typeof publishMessages>['messages'][number];

/** Messages of one call to the broker, and calls of one action at a time: rules do not wait for each other's. */
const MESSAGES_PER_CALL = 256;
const CALLS_AT_A_TIME = 4;

class RepublishAction implements CompiledAction {
  readonly key = 'republish';
  readonly failedAction = 'RepublishAction';
  readonly destination = null;
  readonly waitsForReturn = true;
  private readonly queue = new BatchQueue<Publish>((batch) => this.publish(batch), MESSAGES_PER_CALL, CALLS_AT_A_TIME);

  constructor(
    private readonly rpc: RpcClient,
    private readonly topic: Topic,
    private readonly qos: 0 | 1,
    private readonly headers: Headers | undefined,
    readonly resource: string,
  ) {}

  execute(input: ActionInput): Promise<void> {
    const topic = this.topic(input);
    const isPlain = typeof topic === 'string' && this.headers === undefined;
    return isPlain ? this.send(input, topic, undefined) : this.sendWithHeaders(input, topic);
  }

  async executeAll(inputs: readonly ActionInput[]): Promise<ActionFailures> {
    const failures = new Map<ActionInput, unknown>();
    const inputOf = new Map<Publish, ActionInput>();
    for (const input of inputs) {
      try {
        const topic = this.topic(input);
        const request =
          typeof topic === 'string' && this.headers === undefined
            ? this.request(input, topic, undefined)
            : this.request(input, await topic, await this.headers?.(input));
        inputOf.set(request, input);
      } catch (error) {
        failures.set(input, error);
      }
    }
    const failed = await this.queue.addAll([...inputOf.keys()]);
    for (const [request, error] of failed) failures.set(inputOf.get(request)!, publishFailed(request.topic, error));
    return failures;
  }

  private async sendWithHeaders(input: ActionInput, topic: string | Promise<string>): Promise<void> {
    await this.send(input, await topic, await this.headers?.(input));
  }

  private send(input: ActionInput, topic: string, properties: Publish['properties']): Promise<void> {
    return this.queue.add(this.request(input, topic, properties)).catch((error: unknown) => {
      throw publishFailed(topic, error);
    });
  }

  private request(input: ActionInput, topic: string, properties: Publish['properties']): Publish {
    if (input.hops >= MAX_HOPS) {
      throw new IotError(
        'InvalidRequest',
        `The message was republished ${input.hops} times already, last to ${input.message.topic}: the rules form a loop; narrow the FROM filter of one of them`,
        { details: { resource: topic } },
      );
    }
    const request: Publish = {
      topic,
      payload: base64Of(input.output.bytes),
      qos: this.qos,
      hops: input.hops + 1,
    };
    if (input.correlationId !== undefined) request.correlationId = input.correlationId;
    if (input.traceparent !== undefined) request.traceparent = input.traceparent;
    if (properties !== undefined) request.properties = properties;
    return request;
  }

  private async publish(messages: readonly Publish[]): Promise<ReadonlyMap<Publish, unknown>> {
    const { failures } = await this.rpc.call(publishMessages, { messages: [...messages] });
    return new Map(failures.map(({ index, error }) => [messages[index]!, error]));
  }
}

/** AWS: a leading `$$` stands for the `$` of a reserved topic. */
function compileTopic(text: string, scope: ActionScope): Topic {
  const isReserved = text.startsWith('$$');
  const field = `${scope.path}.topic`;
  if (!isReserved && text.startsWith('$') && !text.startsWith('${')) {
    throw fieldError(field, `"${text}" starts with $; write $$ for the $ of a reserved topic`);
  }
  const template = scope.template(isReserved ? text.slice(2) : text, 'topic');
  if (template.isConstant) {
    const problem = checkTopic(constantTopic(template, isReserved), isReserved);
    if (problem !== undefined) throw fieldError(field, problem);
  }
  const check = (rest: string | undefined) => {
    if (rest === undefined) {
      throw new IotError('InvalidRequest', `The topic "${text}" is undefined for this message`);
    }
    const topic = isReserved ? `$${rest}` : rest;
    const problem = checkTopic(topic, isReserved);
    if (problem !== undefined) throw new IotError('InvalidRequest', problem, { details: { resource: topic } });
    return topic;
  };
  return ({ message, environment, variables }) => {
    const rest = template.evaluate(message, environment, variables);
    return rest instanceof Promise ? rest.then(check) : check(rest);
  };
}

function constantTopic({ text }: CompiledTemplate, isReserved: boolean): string {
  return isReserved ? `$${text}` : text;
}

/** What is wrong with a topic, as a sentence. Under `$` only requests to shadows are open. AWS: job topics are refused. */
function checkTopic(topic: string, isReserved: boolean): string | undefined {
  const problem = checkTopicName(topic);
  if (problem !== undefined || !topic.startsWith('$')) return problem;
  if (!isReserved) return `The topic "${topic}" is reserved; a rule names reserved topics with a leading $$`;
  if (parseReservedTopic(topic)?.kind === 'shadow-request') return undefined;
  return `The reserved topic "${topic}" is not open to rules; requests to shadows are: $$aws/things/<thing>/shadow/update`;
}

function base64Of({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64');
}

function publishFailed(topic: string, thrown: unknown): IotError {
  const { code, message, retryable } = reviveError(thrown);
  return new IotError(code, message, { details: { resource: topic }, retryable, cause: thrown });
}
