import { Module } from '@nestjs/common';
import { PersistenceModule } from '#thingcore/persistence';
import { CreateShadows1764000000000 } from './migrations/1764000000000-create-shadows.js';
import { ShadowController } from './shadow.controller.js';
import { ShadowService } from './shadow.service.js';
import { ShadowStore } from './shadow.store.js';

/** Device shadows, classic and named. */
@Module({
  imports: [PersistenceModule.forService({ schema: 'shadow', entities: [], migrations: [CreateShadows1764000000000] })],
  controllers: [ShadowController],
  providers: [ShadowStore, ShadowService],
})
export class ShadowModule {}
