import { type DynamicModule, Module } from '@nestjs/common';
import { PersistenceModule } from '#thingcore/persistence';
import { IdGenerator } from '#thingcore/platform';
import { ACTION_KINDS, type ActionKind } from './actions/action.js';
import { PostgresqlKind } from './actions/postgresql.action.js';
import { RepublishKind } from './actions/republish.action.js';
import { ActionRunner } from './delivery/action-runner.js';
import { Deliveries } from './delivery/deliveries.js';
import { InboxWorker } from './delivery/inbox-worker.js';
import { InboxStore } from './delivery/inbox.store.js';
import { MessageController } from './delivery/message.controller.js';
import { MessageIntake } from './delivery/message-intake.js';
import { RETRY_TOOLS, systemRetryTools } from './delivery/retry.js';
import { RuleEvaluator } from './delivery/rule-evaluator.js';
import { CreateRules1764000000000 } from './migrations/1764000000000-create-rules.js';
import { RulesMetrics } from './rules-metrics.js';
import { RULES_CONFIG, type RulesConfig } from './rules.config.js';
import { RuleController } from './topic-rules/rule.controller.js';
import { RuleFilters } from './topic-rules/rule-filters.js';
import { RuleService } from './topic-rules/rule.service.js';
import { RuleSet } from './topic-rules/rule-set.js';
import { RuleStore } from './topic-rules/rule.store.js';

const ACTIONS = [RepublishKind, PostgresqlKind];

/** Topic rules: what to do with which messages. */
@Module({})
export class RulesModule {
  static forRoot(config: RulesConfig): DynamicModule {
    return {
      module: RulesModule,
      imports: [
        PersistenceModule.forService({ schema: 'rules', entities: [], migrations: [CreateRules1764000000000] }),
      ],
      controllers: [RuleController, MessageController],
      providers: [
        { provide: RULES_CONFIG, useValue: config },
        ...ACTIONS,
        { provide: ACTION_KINDS, inject: ACTIONS, useFactory: (...kinds: ActionKind[]) => kinds },
        RulesMetrics,
        RuleStore,
        RuleSet,
        RuleFilters,
        RuleService,
        InboxStore,
        { provide: RETRY_TOOLS, inject: [IdGenerator], useFactory: systemRetryTools },
        ActionRunner,
        Deliveries,
        RuleEvaluator,
        MessageIntake,
        InboxWorker,
      ],
    };
  }
}
