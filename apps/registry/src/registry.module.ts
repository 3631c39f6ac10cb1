import { type DynamicModule, Module } from '@nestjs/common';
import { PersistenceModule } from '#thingcore/persistence';
import { ApiKeyController } from './api-keys/api-key.controller.js';
import { ApiKeyEntity } from './api-keys/api-key.entity.js';
import { ApiKeyService } from './api-keys/api-key.service.js';
import { ApiKeyStore } from './api-keys/api-key.store.js';
import { AuthorityEntity } from './certificates/authority.entity.js';
import { AuthorityStore } from './certificates/authority.store.js';
import { Authority } from './certificates/authority.js';
import { CertificateController } from './certificates/certificate.controller.js';
import { CertificateEntity } from './certificates/certificate.entity.js';
import { CertificateService } from './certificates/certificate.service.js';
import { CertificateStore } from './certificates/certificate.store.js';
import { CreateRegistry1764000000000 } from './migrations/1764000000000-create-registry.js';
import { PolicyController } from './policies/policy.controller.js';
import { PolicyVersionEntity } from './policies/policy.entity.js';
import { PolicyService } from './policies/policy.service.js';
import { PolicyStore } from './policies/policy.store.js';
import { PrincipalController } from './principals/principal.controller.js';
import { PrincipalService } from './principals/principal.service.js';
import { REGISTRY_CONFIG, type RegistryConfig } from './registry.config.js';
import { secretBoxProvider } from './secrets/secret-box.provider.js';
import { ThingController } from './things/thing.controller.js';
import { ThingEntity } from './things/thing.entity.js';
import { ThingService } from './things/thing.service.js';
import { ThingStore } from './things/thing.store.js';

/** The registry: things, certificates, policies and API keys. It owns identity. */
@Module({})
export class RegistryModule {
  static forRoot(config: RegistryConfig): DynamicModule {
    return {
      module: RegistryModule,
      imports: [
        PersistenceModule.forService({
          schema: 'registry',
          entities: [ThingEntity, CertificateEntity, PolicyVersionEntity, AuthorityEntity, ApiKeyEntity],
          migrations: [CreateRegistry1764000000000],
        }),
      ],
      controllers: [ThingController, CertificateController, PolicyController, PrincipalController, ApiKeyController],
      providers: [
        { provide: REGISTRY_CONFIG, useValue: config },
        secretBoxProvider,
        ThingStore,
        ThingService,
        CertificateStore,
        CertificateService,
        AuthorityStore,
        Authority,
        PolicyStore,
        PolicyService,
        PrincipalService,
        ApiKeyStore,
        ApiKeyService,
      ],
    };
  }
}
