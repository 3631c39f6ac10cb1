import { type DynamicModule, Module } from '@nestjs/common';
import { ApiKeys } from '../access/api-keys.js';
import { Authenticator } from '../access/authenticator.js';
import { TokenVerifier } from '../access/oidc/token-verifier.js';
import { SessionWatch } from '../access/session-watch.js';
import { AuditLog } from '../audit/audit-log.js';
import { AuditedMutations } from '../audit/audited-mutations.js';
import { ErrorAnswers } from '../errors/error-answers.js';
import { ErrorTranslator } from '../errors/error-translator.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../gateway.config.js';
import { CallerLimits } from '../limits/caller-limits.js';
import { FailedLogins } from '../limits/failed-logins.js';
import { GatewayMetrics } from '../metrics/gateway-metrics.js';
import { IdempotentMutations } from '../mutations/idempotent-mutations.js';
import { MutationResults } from '../mutations/mutation-results.js';
import { PersistedOperations } from '../persisted-operations/persisted-operations.js';
import { EventStreams } from '../subscriptions/event-streams.js';
import { SubscriptionMetrics } from '../subscriptions/subscription-metrics.js';
import { ClientAddresses } from './client-address.js';
import { GraphqlOptions } from './graphql-options.js';
import { OperationGate } from './operation-gate.js';
import { RequestGate } from './request-gate.js';
import { WebSocketGate } from './websocket-gate.js';

/** What stands between the network and the resolvers: keys and tokens, limits, errors. */
@Module({})
export class RequestsModule {
  static forRoot(config: GatewayConfig): DynamicModule {
    return {
      module: RequestsModule,
      providers: [
        { provide: GATEWAY_CONFIG, useValue: config },
        ApiKeys,
        TokenVerifier,
        Authenticator,
        SessionWatch,
        ErrorTranslator,
        ErrorAnswers,
        GatewayMetrics,
        ClientAddresses,
        CallerLimits,
        FailedLogins,
        PersistedOperations,
        AuditLog,
        AuditedMutations,
        IdempotentMutations,
        MutationResults,
        RequestGate,
        OperationGate,
        WebSocketGate,
        SubscriptionMetrics,
        EventStreams,
        GraphqlOptions,
      ],
      exports: [
        GATEWAY_CONFIG,
        ApiKeys,
        SessionWatch,
        ErrorTranslator,
        GatewayMetrics,
        WebSocketGate,
        EventStreams,
        GraphqlOptions,
        RequestGate,
        ClientAddresses,
        CallerLimits,
        FailedLogins,
        AuditLog,
        ErrorAnswers,
      ],
    };
  }
}
