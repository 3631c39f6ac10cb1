import { type DynamicModule, Module } from '@nestjs/common';
import { DataDirectory, IdGenerator, Logger } from '#thingcore/platform';
import { AedesBroker } from './aedes/aedes-broker.js';
import { levelBackend } from './aedes/level-backend.js';
import { redisBackend } from './aedes/redis-backend.js';
import { Admission } from './authorization/admission.js';
import { CertificatePresenter } from './authorization/certificate-presenter.js';
import { LiveConnections } from './authorization/live-connections.js';
import { PrincipalChanges } from './authorization/principal-changes.js';
import { PrincipalDirectory } from './authorization/principal-directory.js';
import { PrincipalLookup } from './authorization/principal-lookup.js';
import { Reauthorizer } from './authorization/reauthorizer.js';
import { BrokerAddresses } from './broker-addresses.js';
import { BrokerController } from './broker.controller.js';
import { BROKER_CONFIG, type BrokerConfig, checkBrokerConfig } from './broker.config.js';
import { BrokerGateway } from './broker-gateway.js';
import { CertificateDenials } from './denials/certificate-denials.js';
import { DenialRecorder } from './denials/denial-recorder.js';
import { DenialsController } from './denials/denials.controller.js';
import { PolicyDenials } from './denials/policy-denials.js';
import { operatorsCertificate } from './listeners/operators-certificate.js';
import { ServerCertificates } from './listeners/server-certificates.js';
import { TcpListener } from './listeners/tcp.listener.js';
import { TlsListener } from './listeners/tls.listener.js';
import { MessageIntake } from './messages/message-intake.js';
import { Publisher } from './messages/publisher.js';
import { MqttEngine } from './mqtt-engine.js';
import { Presence } from './presence/presence.js';
import { RegistryEventsController } from './registry/registry-events.controller.js';
import { RuleTap } from './rules/rule-tap.js';
import { ShadowEventsController } from './shadows/shadow-events.controller.js';
import { ShadowRequests } from './shadows/shadow-requests.js';
import { BrokerState } from './state/broker-state.js';
import { LevelBrokerState } from './state/level-broker-state.js';
import { RedisBrokerState } from './state/redis-broker-state.js';
import { MessageTaps } from './taps/message-taps.js';

export { BrokerAddresses, checkBrokerConfig, operatorsCertificate };

/** Where a node keeps sessions, messages and state: for itself in files, or with other nodes in Redis. */
export type BrokerStorage = { kind: 'files' } | { kind: 'redis'; url: string };

/** The MQTT edge: listeners, sessions, authentication, authorization, reserved topics, presence. */
@Module({})
export class BrokerGatewayModule {
  static forRoot(config: BrokerConfig, storage: BrokerStorage): DynamicModule {
    return {
      module: BrokerGatewayModule,
      controllers: [BrokerController, DenialsController, RegistryEventsController, ShadowEventsController],
      providers: [
        { provide: BROKER_CONFIG, useValue: checkBrokerConfig(config) },
        ...(storage.kind === 'files' ? fileProviders(config) : redisProviders(config, storage.url)),
        PrincipalLookup,
        PrincipalDirectory,
        LiveConnections,
        DenialRecorder,
        CertificateDenials,
        PolicyDenials,
        Reauthorizer,
        PrincipalChanges,
        CertificatePresenter,
        Admission,
        RuleTap,
        MessageTaps,
        MessageIntake,
        Publisher,
        ShadowRequests,
        Presence,
        BrokerGateway,
        MqttEngine,
        ServerCertificates,
        TcpListener,
        TlsListener,
        BrokerAddresses,
      ],
      exports: [BrokerAddresses],
    };
  }
}

function fileProviders({ denialsKept }: BrokerConfig) {
  return [
    {
      provide: AedesBroker,
      inject: [DataDirectory],
      useFactory: (data: DataDirectory) => new AedesBroker(levelBackend(data.join('broker', 'sessions'))),
    },
    {
      provide: BrokerState,
      inject: [DataDirectory, IdGenerator],
      useFactory: (data: DataDirectory, ids: IdGenerator) =>
        new LevelBrokerState(data.join('broker', 'state'), ids.uuid(), denialsKept),
    },
  ];
}

function redisProviders({ denialsKept }: BrokerConfig, url: string) {
  return [
    {
      provide: AedesBroker,
      inject: [Logger],
      useFactory: (logger: Logger) =>
        new AedesBroker(
          redisBackend(url, (error) => logger.warn('the broker has lost Redis', { error: error.message })),
        ),
    },
    {
      provide: BrokerState,
      inject: [IdGenerator],
      useFactory: (ids: IdGenerator) => new RedisBrokerState(url, ids.uuid(), denialsKept),
    },
  ];
}
