import {
  type BrokerMessage,
  createTopicRule,
  messageMatched,
  type publishMessages,
  type RequestOf,
} from '#thingcore/contracts';
import { RandomIdGenerator, type RunningProcess, SystemClock } from '#thingcore/platform';
import { startPostgres, startTestProcess, type TestPostgres } from '#thingcore/testing';
import { EventBus, RpcClient } from '#thingcore/transport';
import type { RulesConfig } from './rules.config.js';
import { rulesConfig } from './rules.fixture.js';
import { RulesModule } from './rules.module.js';
import { Broker, NeighboursModule } from './rules-suite.fixture.js';

const ids = new RandomIdGenerator();
const clock = new SystemClock();

/** The document of a rule, as a caller writes it. */
export type RuleDocument = RequestOf<typeof createTopicRule>['payload'];

/** The rules service on a PostgreSQL of its own, with a broker that takes note of what is published. */
export class RulesService {
  private constructor(
    private readonly postgres: TestPostgres,
    private readonly process: RunningProcess,
    readonly rpc: RpcClient,
    readonly events: EventBus,
  ) {}

  static async start(more: Partial<RulesConfig> = {}): Promise<RulesService> {
    const postgres = await startPostgres();
    const process = await startTestProcess({
      service: 'rules',
      databaseUrl: postgres.url,
      modules: [NeighboursModule, RulesModule.forRoot(rulesConfig({ postgresqlUrl: postgres.url, ...more }))],
    });
    Broker.published = [];
    Broker.onPublish = () => Promise.resolve();
    const [rpc, events] = [process.app.get(RpcClient, { strict: false }), process.app.get(EventBus, { strict: false })];
    return new RulesService(postgres, process, rpc, events);
  }

  /** Something of the service's own. */
  get<T>(token: abstract new (...args: never[]) => T): T {
    return this.process.app.get<T>(token, { strict: false });
  }

  /** What rules have republished since the last {@link forget}. */
  get published(): RequestOf<typeof publishMessages>['messages'] {
    return Broker.published;
  }

  /** What happens when a rule republishes to a topic. */
  set onPublish(listener: (topic: string) => Promise<void>) {
    Broker.onPublish = listener;
  }

  forget(): void {
    Broker.published = [];
  }

  async createRule(ruleName: string, payload: RuleDocument): Promise<void> {
    await this.rpc.call(createTopicRule, { ruleName, payload: { awsIotSqlVersion: '2016-03-23', ...payload } });
  }

  /** Sends messages as the broker does; resolves when those of QoS 1 are safe. */
  async send(...messages: BrokerMessage[]): Promise<void> {
    await this.events.publish(messageMatched, { messages });
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await this.postgres.stop();
  }
}

/** A message with JSON in it. */
export function aMessage(topic: string, payload: unknown, more: Partial<BrokerMessage> = {}): BrokerMessage {
  return {
    topic,
    payload: Buffer.from(JSON.stringify(payload)).toString('base64'),
    qos: 1,
    retain: false,
    clientId: 'press-7',
    hops: 0,
    timestamp: clock.now(),
    messageId: ids.uuid(),
    ...more,
  };
}

/** A payload with JSON in it. */
export function bytesOf(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64');
}

/** The text of a payload. */
export function textOf(payload: string | undefined): string {
  return Buffer.from(payload ?? '', 'base64').toString();
}
