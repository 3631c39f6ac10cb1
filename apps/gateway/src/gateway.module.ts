import { type DynamicModule, Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import type { MercuriusDriverConfig } from '@nestjs/mercurius';
import { CertificateResolver } from './certificates/certificate.resolver.js';
import { GatewayAddress } from './gateway-address.js';
import type { GatewayConfig } from './gateway.config.js';
import { HttpListener } from './http.listener.js';
import { MessageEventsController } from './messages/message-events.controller.js';
import { MessageResolver } from './messages/message.resolver.js';
import { TapPool } from './messages/tap-pool.js';
import { PolicyResolver } from './policies/policy.resolver.js';
import { GraphqlDriver, GraphqlOptions } from './requests/graphql-options.js';
import { RequestsModule } from './requests/requests.module.js';
import { TopicRuleResolver } from './rules/topic-rule.resolver.js';
import { ShadowEventsController } from './shadows/shadow-events.controller.js';
import { ShadowUpdates } from './shadows/shadow-updates.js';
import { ShadowResolver } from './shadows/shadow.resolver.js';
import { ThingResolver } from './things/thing.resolver.js';

export { GatewayAddress } from './gateway-address.js';

/** The GraphQL face of all services. It holds no data and decides nothing about things, messages or rules. */
@Module({})
export class GatewayModule {
  static forRoot(config: GatewayConfig): DynamicModule {
    const requests = RequestsModule.forRoot(config);
    return {
      module: GatewayModule,
      imports: [
        requests,
        GraphQLModule.forRootAsync<MercuriusDriverConfig>({
          driver: GraphqlDriver,
          imports: [requests],
          useExisting: GraphqlOptions,
        }),
      ],
      controllers: [ShadowEventsController, MessageEventsController],
      providers: [
        ThingResolver,
        ShadowResolver,
        CertificateResolver,
        PolicyResolver,
        TopicRuleResolver,
        MessageResolver,
        ShadowUpdates,
        TapPool,
        GatewayAddress,
        HttpListener,
      ],
      exports: [GatewayAddress],
    };
  }
}
