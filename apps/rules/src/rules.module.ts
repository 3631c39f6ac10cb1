import { type DynamicModule, Module } from '@nestjs/common';
import { PersistenceModule } from '#thingcore/persistence';
import { IdGenerator } from '#thingcore/platform';
import { ACTION_KINDS, type ActionKind } from './actions/action.js';
import { ACTION_CLASSES } from './actions/action-classes.js';
import { AwsClients } from './aws/aws-clients.js';
import { AwsConnections } from './aws/aws-connections.js';
import { DeadLetterController } from './dead-letters/dead-letter.controller.js';
import { DeadLetterService } from './dead-letters/dead-letter.service.js';
import { DeadLetterStore } from './dead-letters/dead-letter.store.js';
import { ActionAttempts } from './delivery/action-attempts.js';
import { ActionRunner } from './delivery/action-runner.js';
import { Deliveries } from './delivery/deliveries.js';
import { InboxIntake } from './delivery/inbox-intake.js';
import { InboxWorker } from './delivery/inbox-worker.js';
import { InboxStore } from './delivery/inbox.store.js';
import { MessageController } from './delivery/message.controller.js';
import { MessageIntake } from './delivery/message-intake.js';
import { RETRY_TOOLS, systemRetryTools } from './delivery/retry.js';
import { StoredBounds } from './delivery/stored-bounds.js';
import { RuleEvaluator } from './delivery/rule-evaluator.js';
import { DestinationChallenge } from './destinations/destination-challenge.js';
import { DestinationController } from './destinations/destination.controller.js';
import { DestinationService } from './destinations/destination.service.js';
import { DestinationStore } from './destinations/destination.store.js';
import { EnabledDestinations } from './destinations/enabled-destinations.js';
import { ExternalLookups } from './external-functions/external-lookups.js';
import { KafkaProducers } from './kafka/kafka-producers.js';
import { OutboundHttp } from './network/outbound-http.js';
import { RedisStreams } from './redis/redis-streams.js';
import { RuleCountStore } from './metrics/rule-count.store.js';
import { RuleCounts } from './metrics/rule-counts.js';
import { RuleMetricsController } from './metrics/rule-metrics.controller.js';
import { RuleMetricsService } from './metrics/rule-metrics.service.js';
import { InboxGauges } from './metrics/inbox-gauges.js';
import { RulesMetrics } from './metrics/rules-metrics.js';
import { RULES_CONFIG, type RulesConfig } from './rules.config.js';
import { rulesMigrations } from './rules.migrations.js';
import { RuleTagController } from './tags/rule-tag.controller.js';
import { RuleTagService } from './tags/rule-tag.service.js';
import { RuleTagStore } from './tags/rule-tag.store.js';
import { InfluxWriter } from './timeseries/influx-writer.js';
import { RuleController } from './topic-rules/rule.controller.js';
import { RuleFilters } from './topic-rules/rule-filters.js';
import { RuleService } from './topic-rules/rule.service.js';
import { RuleSet } from './topic-rules/rule-set.js';
import { RuleStore } from './topic-rules/rule.store.js';
import { Recorder } from './trials/recorder.js';
import { RecordingStore } from './trials/recording.store.js';
import { RuleReplay } from './trials/rule-replay.js';
import { RuleTester } from './trials/rule-tester.js';
import { RuleTraces } from './trials/rule-traces.js';
import { TrialController } from './trials/trial.controller.js';

/** What actions and look-ups reach the world outside with. */
const CONNECTORS = [
  { provide: AwsConnections, inject: [RULES_CONFIG], useFactory: (config: RulesConfig) => new AwsConnections(config) },
  AwsClients,
  { provide: OutboundHttp, inject: [RULES_CONFIG], useFactory: (config: RulesConfig) => new OutboundHttp(config) },
  RedisStreams,
  InfluxWriter,
  KafkaProducers,
  ExternalLookups,
];

/** Topic rules: what to do with which messages. */
@Module({})
export class RulesModule {
  static forRoot(config: RulesConfig): DynamicModule {
    return {
      module: RulesModule,
      imports: [PersistenceModule.forService(rulesMigrations)],
      controllers: [
        RuleController,
        RuleTagController,
        RuleMetricsController,
        DestinationController,
        DeadLetterController,
        TrialController,
        MessageController,
      ],
      providers: [
        { provide: RULES_CONFIG, useValue: config },
        ...CONNECTORS,
        DestinationStore,
        EnabledDestinations,
        DestinationChallenge,
        DestinationService,
        ...ACTION_CLASSES,
        { provide: ACTION_KINDS, inject: [...ACTION_CLASSES], useFactory: (...kinds: ActionKind[]) => kinds },
        RulesMetrics,
        InboxGauges,
        RuleCountStore,
        RuleCounts,
        RuleMetricsService,
        RuleTagStore,
        RuleTagService,
        RuleStore,
        RuleSet,
        RuleFilters,
        RuleService,
        InboxStore,
        InboxIntake,
        { provide: RETRY_TOOLS, inject: [IdGenerator], useFactory: systemRetryTools },
        RuleEvaluator,
        ActionAttempts,
        ActionRunner,
        Deliveries,
        MessageIntake,
        InboxWorker,
        DeadLetterStore,
        StoredBounds,
        DeadLetterService,
        RecordingStore,
        Recorder,
        RuleTraces,
        RuleTester,
        RuleReplay,
      ],
    };
  }
}
