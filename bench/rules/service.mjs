// The rules service as a standalone run has it, with a broker that only counts what rules republish.
import { join } from 'node:path';
import { Controller, Module } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';

/** Starts the service on an embedded PostgreSQL of its own, to which the action "postgresql" writes as well. */
export async function startRules(directory) {
  const { startEmbeddedPostgres } = await import('../../dist/libs/persistence/src/index.js');
  const { Logger, readConfig, startProcess } = await import('../../dist/libs/platform/src/index.js');
  const { EventBus, LocalTransport, RpcClient } = await import('../../dist/libs/transport/src/index.js');
  const contracts = await import('../../dist/libs/contracts/src/index.js');
  const { rulesSettings } = await import('../../dist/apps/rules/src/rules.config.js');
  const { Deliveries } = await import('../../dist/apps/rules/src/delivery/deliveries.js');
  const { InboxStore } = await import('../../dist/apps/rules/src/delivery/inbox.store.js');
  const { RulesModule } = await import('../../dist/apps/rules/src/rules.module.js');
  const postgres = await startEmbeddedPostgres({
    directory: join(directory, 'postgres'),
    user: 'bench',
    password: 'bench',
    databases: ['thingcore'],
    onLog: () => undefined,
  });
  const databaseUrl = postgres.url('thingcore');
  const counted = { published: 0 };
  const process = await startProcess({
    service: 'rules',
    config: {
      dataDirectory: directory,
      logLevel: 'error',
      logFormat: 'json',
      metricsPort: 0,
      metricsHost: '127.0.0.1',
      region: 'us-east-1',
      account: '123456789012',
    },
    logger: Logger.create({ service: 'bench', level: 'error', format: 'json' }),
    transport: { kind: 'local', transport: new LocalTransport() },
    databaseUrl,
    modules: [
      brokerModule(contracts, counted),
      RulesModule.forRoot(readConfig(rulesSettings, { THINGCORE_RULES_POSTGRESQL_URL: databaseUrl })),
    ],
  });
  const rpc = process.app.get(RpcClient, { strict: false });
  const events = process.app.get(EventBus, { strict: false });
  const deliveries = process.app.get(Deliveries, { strict: false });
  const inbox = process.app.get(InboxStore, { strict: false });
  return {
    /** Executions under way. */
    get inFlight() {
      return deliveries.inFlight;
    },
    /** What is left to be done, in memory and in the inbox. */
    unfinished: async () => deliveries.inFlight || inbox.count(),
    databaseUrl,
    counted,
    createRule: (ruleName, payload) => rpc.call(contracts.createTopicRule, { ruleName, payload }),
    deleteRule: (ruleName) => rpc.call(contracts.deleteTopicRule, { ruleName }),
    send: (messages) => events.publish(contracts.messageMatched, { messages }),
    stop: async () => {
      await process.stop();
      await postgres.stop();
    },
  };
}

function brokerModule({ publishMessages, replaceRuleFilters }, counted) {
  class Broker {
    publish({ messages }) {
      counted.published += messages.length;
      return { failures: [] };
    }

    replaceFilters() {
      return {};
    }
  }
  const decorate = (decorator, method) =>
    decorator(Broker.prototype, method, Object.getOwnPropertyDescriptor(Broker.prototype, method));
  Controller()(Broker);
  decorate(MessagePattern(publishMessages.pattern), 'publish');
  decorate(MessagePattern(replaceRuleFilters.pattern), 'replaceFilters');
  class BrokerModule {}
  Module({ controllers: [Broker] })(BrokerModule);
  return BrokerModule;
}
