import { type DynamicModule, Module } from '@nestjs/common';
import { ApiKeys } from '../access/api-keys.js';
import { Authenticator } from '../access/authenticator.js';
import { TokenVerifier } from '../access/oidc/token-verifier.js';
import { SessionWatch } from '../access/session-watch.js';
import { ErrorAnswers } from '../errors/error-answers.js';
import { ErrorTranslator } from '../errors/error-translator.js';
import { GATEWAY_CONFIG, type GatewayConfig } from '../gateway.config.js';
import { GraphqlOptions } from './graphql-options.js';
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
        RequestGate,
        WebSocketGate,
        GraphqlOptions,
      ],
      exports: [GATEWAY_CONFIG, ApiKeys, SessionWatch, ErrorTranslator, WebSocketGate, GraphqlOptions],
    };
  }
}
