import { type DynamicModule, Module } from '@nestjs/common';
import { PersistenceModule } from '#thingcore/persistence';
import { ChangesAfter } from './history/changes-after.js';
import { HistoryController } from './history/history.controller.js';
import { HistoryRetention } from './history/history-retention.js';
import { HistoryService } from './history/history.service.js';
import { HistoryStore } from './history/history.store.js';
import { NamedShadowsStore } from './reads/named-shadows.store.js';
import { ShadowReader } from './reads/shadow-reader.js';
import { ShadowCache } from './shadow-cache.js';
import { DesiredGuard } from './schemas/desired-guard.js';
import { ShadowSchemaEventsController } from './schemas/shadow-schema-events.controller.js';
import { ShadowSchemas } from './schemas/shadow-schemas.js';
import { SHADOW_CONFIG, type ShadowConfig } from './shadow.config.js';
import { shadowMigrations } from './shadow.migrations.js';
import { ShadowController } from './shadow.controller.js';
import { ShadowMetrics } from './shadow-metrics.js';
import { ShadowRequests } from './shadow-requests.js';
import { ShadowService } from './shadow.service.js';
import { ShadowStore } from './store/shadow.store.js';
import { Announcer } from './writes/announcer.js';
import { BatchCommitter } from './writes/batch-committer.js';
import { ChangeIds } from './writes/change-ids.js';
import { ShadowWriter } from './writes/shadow-writer.js';

/** Device shadows, classic and named. */
@Module({})
export class ShadowModule {
  static forRoot(config: ShadowConfig): DynamicModule {
    return {
      module: ShadowModule,
      imports: [PersistenceModule.forService(shadowMigrations)],
      controllers: [ShadowController, HistoryController, ShadowSchemaEventsController],
      providers: [
        { provide: SHADOW_CONFIG, useValue: config },
        ShadowStore,
        NamedShadowsStore,
        HistoryStore,
        ShadowCache,
        ShadowReader,
        ChangeIds,
        Announcer,
        BatchCommitter,
        ShadowWriter,
        ShadowSchemas,
        DesiredGuard,
        HistoryService,
        ChangesAfter,
        HistoryRetention,
        ShadowService,
        ShadowMetrics,
        ShadowRequests,
      ],
    };
  }
}
