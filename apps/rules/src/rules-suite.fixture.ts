import { Controller, Module } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import {
  type BrokerMessage,
  createTopicRule,
  deleteTopicRule,
  getShadows,
  listTopicRules,
  messageMatched,
  publishMessages,
  replaceRuleFilters,
  type RequestOf,
} from '#thingcore/contracts';
import { IotError, reviveError } from '#thingcore/errors';
import { createDataSource } from '#thingcore/persistence';
import { Metrics, type RunningProcess } from '#thingcore/platform';
import { startPostgres, startTestProcess, type TestPostgres, waitFor } from '#thingcore/testing';
import { EventBus, RpcClient } from '#thingcore/transport';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import type { RulesConfig } from './rules.config.js';
import { rulesConfig } from './rules.fixture.js';
import { RulesModule } from './rules.module.js';

/** What a broker would be told. */
@Controller()
export class Broker {
  static published: RequestOf<typeof publishMessages>['messages'] = [];
  static filters: RequestOf<typeof replaceRuleFilters>[] = [];
  static refusedPushes = 0;
  static onPublish: (topic: string) => Promise<void> = () => Promise.resolve();

  /** The filters it was told last, in order. */
  static get lastFilters(): string[] {
    return [...(Broker.filters.at(-1)?.filters ?? [])].sort();
  }

  @MessagePattern(publishMessages.pattern)
  async publish({ messages }: RequestOf<typeof publishMessages>) {
    const outcomes = await Promise.allSettled(
      messages.map(async (message) => {
        await Broker.onPublish(message.topic);
        Broker.published.push(message);
      }),
    );
    const failures = outcomes.flatMap((outcome, index) =>
      outcome.status === 'fulfilled' ? [] : [{ index, error: reviveError(outcome.reason).toJSON() }],
    );
    return { failures };
  }

  @MessagePattern(replaceRuleFilters.pattern)
  replaceFilters(request: RequestOf<typeof replaceRuleFilters>) {
    if (Broker.refusedPushes-- > 0) throw new IotError('ServiceUnavailable', 'the broker is away');
    Broker.filters.push(request);
    return {};
  }
}

/** What a shadow service would be asked. */
@Controller()
export class Shadows {
  static asked: string[][] = [];
  static onGet: () => Promise<void> = () => Promise.resolve();

  @MessagePattern(getShadows.pattern)
  async get({ thingNames }: RequestOf<typeof getShadows>) {
    Shadows.asked.push(thingNames);
    await Shadows.onGet();
    return { shadows: thingNames.map((thingName) => ({ thingName, document: { state: { reported: { t: 20 } } } })) };
  }
}

/** The services that rules talk to. */
@Module({ controllers: [Broker, Shadows] })
export class NeighboursModule {}

/** The document of a rule. */
export type RuleDocument = RequestOf<typeof createTopicRule>['payload'];

/** A rule with a statement and actions. */
export function aRule(sql: string, actions: object[], more: object = {}): RuleDocument {
  return { sql, actions, awsIotSqlVersion: '2016-03-23', ...more } as RuleDocument;
}

/** The action that republishes. */
export const republish = (topic: string, more: object = {}) => ({
  republish: { roleArn: 'arn:aws:iam::1:role/r', topic, ...more },
});

/** The action that inserts. */
export const insert = (table: string, more: object = {}) => ({ postgresql: { table, ...more } });

/**
 * The rules service on a PostgreSQL of its own, for the suites of one file: one service serves the tests that need no other,
 * and some tests start a service with its own settings beside or in place of it.
 */
export class RulesSuite {
  private services: RunningProcess[] = [];
  private isOrdinary = true;
  /** Of the service that was started last. */
  rpc: RpcClient;
  events: EventBus;

  private constructor(
    private readonly postgres: TestPostgres,
    /** The database of the operator, which is the same. */
    readonly operators: pg.Pool,
    /** The schema of the service. */
    readonly dataSource: DataSource,
  ) {}

  static async open(): Promise<RulesSuite> {
    const postgres = await startPostgres();
    const options = { url: postgres.url, schema: 'rules', migrations: [], applicationName: 'test' };
    const suite = new RulesSuite(postgres, new pg.Pool({ connectionString: postgres.url }), createDataSource(options));
    await suite.start();
    await suite.dataSource.initialize();
    return suite;
  }

  async close(): Promise<void> {
    await this.stopAll();
    await this.dataSource.destroy();
    await this.operators.end();
    await this.postgres.stop();
  }

  /** Starts a service, beside those that run. */
  async start(more: Partial<RulesConfig> = {}): Promise<RunningProcess> {
    const config = rulesConfig({ postgresqlUrl: this.postgres.url, leaseMs: 600, ...more });
    const service = await startTestProcess({
      service: 'rules',
      databaseUrl: this.postgres.url,
      modules: [NeighboursModule, RulesModule.forRoot(config)],
    });
    this.services.push(service);
    this.rpc = service.app.get(RpcClient, { strict: false });
    this.events = service.app.get(EventBus, { strict: false });
    return service;
  }

  /** A service with settings of its own in place of the one that serves the other tests. */
  async startAlone(more: Partial<RulesConfig>): Promise<RunningProcess> {
    await this.stopAll();
    this.isOrdinary = false;
    return this.start(more);
  }

  /** Something of the service's own. */
  get<T>(token: abstract new (...args: never[]) => T): T {
    return this.services[0]!.app.get<T>(token, { strict: false });
  }

  /** What the service counts, as Prometheus reads it. */
  metrics(): Promise<string> {
    return this.get(Metrics).registry.metrics();
  }

  async stop(service: RunningProcess): Promise<void> {
    this.services = this.services.filter((other) => other !== service);
    await service.stop();
  }

  async stopAll(): Promise<void> {
    for (const service of [...this.services]) await this.stop(service);
  }

  /** Lets the next test begin with nothing: no rules, messages or notes of the neighbours. */
  async reset(): Promise<void> {
    Broker.onPublish = () => Promise.resolve();
    Shadows.onGet = () => Promise.resolve();
    Broker.refusedPushes = 0;
    if (!this.isOrdinary || this.services.length > 1) await this.stopAll();
    this.isOrdinary = true;
    if (this.services.length === 0) await this.start();
    const { rules } = await this.rpc.call(listTopicRules, {});
    for (const { ruleName } of rules) await this.rpc.call(deleteTopicRule, { ruleName });
    await this.emptyInbox();
    await this.dataSource.query('TRUNCATE dead_letters');
    Broker.published = [];
    Broker.filters = [];
    Shadows.asked = [];
  }

  create(ruleName: string, payload: RuleDocument) {
    return this.rpc.call(createTopicRule, { ruleName, payload });
  }

  /** Sends messages as the broker does; resolves when those of QoS 1 are safe. */
  send(...messages: BrokerMessage[]): Promise<void> {
    return this.events.publish(messageMatched, { messages });
  }

  deadLetters(): Promise<{ rule_name: string; action: string; error: string; message: BrokerMessage }[]> {
    return this.dataSource.query('SELECT rule_name, action, error, message FROM dead_letters ORDER BY id');
  }

  inbox(): Promise<{ claimed_by: string | null }[]> {
    return this.dataSource.query('SELECT claimed_by FROM inbox ORDER BY id');
  }

  async emptyInbox(timeoutMs = 10_000): Promise<void> {
    await waitFor(async () => (await this.inbox()).length === 0, { what: 'the inbox to become empty', timeoutMs });
  }

  /** Rows of the operator's database. */
  async rows(sql: string): Promise<Record<string, unknown>[]> {
    return (await this.operators.query<Record<string, unknown>>(sql)).rows;
  }
}
