import { type DynamicModule, Module } from '@nestjs/common';
import { Clock, DataDirectory, IdGenerator, Logger, Metrics } from '#thingcore/platform';
import type { AedesBackend } from './aedes/aedes-backend.js';
import { AedesBroker } from './aedes/aedes-broker.js';
import { showLaneMetrics } from './aedes/lane-metrics.js';
import { levelBackend } from './aedes/level-backend.js';
import { redisBackend } from './aedes/redis-backend.js';
import { AccessKeyEventsController } from './authorization/access-keys/access-key-events.controller.js';
import { AccessKeyWatch } from './authorization/access-keys/access-key-watch.js';
import { AccessKeys } from './authorization/access-keys/access-keys.js';
import { RecentAccessKeys } from './authorization/access-keys/recent-access-keys.js';
import { SignedUpgrades } from './authorization/access-keys/signed-upgrades.js';
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
import type { Cluster } from './cluster/cluster.js';
import { LevelConnectionLedger } from './cluster/local/level-connection-ledger.js';
import { LocalCluster } from './cluster/local/local-cluster.js';
import { RedisCluster } from './cluster/redis-cluster.js';
import { ConnectionOperations } from './connection-operations/connection-operations.js';
import { ConnectionsController } from './connection-operations/connections.controller.js';
import { NodeRequests } from './connection-operations/node-requests.js';
import { ClientDirectory } from './connectivity/client-directory.js';
import { ConnectivitySweep } from './connectivity/connectivity-sweep.js';
import { ConnectionGauge } from './presence/connection-gauge.js';
import { DataPlane } from './data-plane/data-plane.js';
import { DataPlaneListener } from './data-plane/data-plane.listener.js';
import { HttpCallers } from './data-plane/http-callers.js';
import { SignedCallers } from './data-plane/signed-callers.js';
import { ClientConnections } from './data-plane/client-connections.js';
import { RetainedMessages } from './data-plane/retained-messages.js';
import { RetainedRequests } from './data-plane/retained-requests.js';
import { ThingShadows } from './data-plane/thing-shadows.js';
import { CertificateDenials } from './denials/certificate-denials.js';
import { DenialRecorder } from './denials/denial-recorder.js';
import { DenialsController } from './denials/denials.controller.js';
import { PolicyDenials } from './denials/policy-denials.js';
import { operatorsCertificate } from './listeners/operators-certificate.js';
import { ServerCertificates } from './listeners/server-certificates.js';
import { DeviceTls } from './listeners/device-tls.js';
import { Listeners } from './listeners/listeners.js';
import { MqttDoor } from './listeners/mqtt-door.js';
import { TcpListener } from './listeners/tcp.listener.js';
import { TicketKeys } from './listeners/ticket-keys.js';
import { TlsListener } from './listeners/tls.listener.js';
import { WebSocketListener } from './listeners/websocket/websocket.listener.js';
import { MessageIntake } from './messages/message-intake.js';
import { Publisher } from './messages/publisher.js';
import { MqttEngine } from './mqtt-engine.js';
import { Presence } from './presence/presence.js';
import { BROKER_PROFILE, type BrokerProfile, brokerProfile } from './profile/broker-profile.js';
import { ProvisioningCalls } from './provisioning/provisioning-calls.js';
import { ProvisioningRequests } from './provisioning/provisioning-requests.js';
import { BrokerRates } from './rates/broker-rates.js';
import { RegistryEventsController } from './registry/registry-events.controller.js';
import { RetainedMessagesController } from './retained/retained-messages.controller.js';
import { RetainedStore } from './retained/retained-store.js';
import { RetainedSweep } from './retained/retained-sweep.js';
import { RuleTap } from './rules/rule-tap.js';
import { LevelSessionQueues } from './session-queues/level-session-queues.js';
import { QueueSweep } from './session-queues/queue-sweep.js';
import { RedisSessionQueues } from './session-queues/redis-session-queues.js';
import { SessionQueues } from './session-queues/session-queues.js';
import { ShadowEventsController } from './shadows/shadow-events.controller.js';
import { ShadowCalls } from './shadows/shadow-calls.js';
import { ShadowRequests } from './shadows/shadow-requests.js';
import { BrokerState } from './state/broker-state.js';
import { LevelBrokerState } from './state/level-broker-state.js';
import { RedisBrokerState } from './state/redis-broker-state.js';
import { MessageTaps } from './taps/message-taps.js';

export { BrokerAddresses, checkBrokerConfig, operatorsCertificate };

/** Where a node keeps sessions, messages and state: for itself in files, or with other nodes in Redis. */
export type BrokerStorage = { kind: 'files' } | { kind: 'redis'; url: string };

/** Where the store of aedes is found. */
const BACKEND = Symbol('AedesBackend');

/** Where the {@link Cluster} of a node is found. */
const CLUSTER = Symbol('Cluster');

/** The MQTT edge: listeners, sessions, authentication, authorization, reserved topics, presence. */
@Module({})
export class BrokerGatewayModule {
  static forRoot(config: BrokerConfig, storage: BrokerStorage): DynamicModule {
    return {
      module: BrokerGatewayModule,
      controllers: [
        BrokerController,
        ConnectionsController,
        RetainedMessagesController,
        DenialsController,
        RegistryEventsController,
        AccessKeyEventsController,
        ShadowEventsController,
      ],
      providers: [
        { provide: BROKER_CONFIG, useValue: checkBrokerConfig(config) },
        { provide: BROKER_PROFILE, useValue: brokerProfile(config) },
        ...(storage.kind === 'files' ? fileProviders(config) : redisProviders(config, storage.url)),
        PrincipalLookup,
        AccessKeys,
        RecentAccessKeys,
        SignedUpgrades,
        PrincipalDirectory,
        LiveConnections,
        DenialRecorder,
        CertificateDenials,
        PolicyDenials,
        Reauthorizer,
        ConnectionGauge,
        PrincipalChanges,
        AccessKeyWatch,
        ThingShadows,
        CertificatePresenter,
        Admission,
        RuleTap,
        MessageTaps,
        MessageIntake,
        Publisher,
        ShadowCalls,
        ShadowRequests,
        ProvisioningCalls,
        ProvisioningRequests,
        Presence,
        ConnectivitySweep,
        ClientDirectory,
        NodeRequests,
        ConnectionOperations,
        BrokerGateway,
        MqttEngine,
        BrokerRates,
        ServerCertificates,
        TicketKeys,
        DeviceTls,
        MqttDoor,
        TcpListener,
        WebSocketListener,
        TlsListener,
        HttpCallers,
        SignedCallers,
        ClientConnections,
        RetainedRequests,
        RetainedSweep,
        DataPlane,
        DataPlaneListener,
        Listeners,
        BrokerAddresses,
      ],
      exports: [BrokerAddresses],
    };
  }
}

function fileProviders(config: BrokerConfig) {
  const profile = brokerProfile(config);
  const { storedMessagesPerSession: messagesPerQueue } = profile;
  return [
    ...engineProviders(),
    {
      provide: BACKEND,
      inject: [DataDirectory, Clock],
      useFactory: (data: DataDirectory, clock: Clock) => levelBackend(data.join('broker', 'sessions'), clock, profile),
    },
    {
      provide: SessionQueues,
      inject: [DataDirectory, Clock],
      useFactory: (data: DataDirectory, clock: Clock) =>
        new LevelSessionQueues(data.join('broker', 'queues'), { messagesPerQueue }, clock),
    },
    {
      provide: CLUSTER,
      inject: [IdGenerator, Clock, DataDirectory],
      useFactory: (ids: IdGenerator, clock: Clock, data: DataDirectory) =>
        new LocalCluster(ids.uuid(), clock, new LevelConnectionLedger(data.join('broker', 'connections'))),
    },
    {
      provide: BrokerState,
      inject: [DataDirectory, IdGenerator],
      useFactory: (data: DataDirectory, ids: IdGenerator) =>
        new LevelBrokerState(data.join('broker', 'state'), ids.uuid(), config.denialsKept),
    },
  ];
}

function redisProviders(config: BrokerConfig, url: string) {
  const profile = brokerProfile(config);
  const { storedMessagesPerSession: messagesPerQueue } = profile;
  const hasLost = (logger: Logger) => (error: Error) =>
    logger.warn('the broker has lost Redis', { error: error.message });
  return [
    ...engineProviders(),
    {
      provide: BACKEND,
      inject: [Clock, Logger],
      useFactory: (clock: Clock, logger: Logger) => redisBackend(url, clock, profile, hasLost(logger)),
    },
    {
      provide: SessionQueues,
      inject: [Logger],
      useFactory: (logger: Logger) => new RedisSessionQueues(url, { messagesPerQueue }, hasLost(logger)),
    },
    {
      provide: CLUSTER,
      inject: [Clock, IdGenerator],
      useFactory: (clock: Clock, ids: IdGenerator) => new RedisCluster({ url, clock, ids }),
    },
    {
      provide: BrokerState,
      inject: [IdGenerator],
      useFactory: (ids: IdGenerator) => new RedisBrokerState(url, ids.uuid(), config.denialsKept),
    },
  ];
}

/** The engine over whatever keeps its sessions. */
function engineProviders() {
  return [
    { provide: RetainedStore, inject: [BACKEND], useFactory: ({ retained }: AedesBackend) => retained },
    { provide: RetainedMessages, useExisting: RetainedStore },
    {
      provide: AedesBroker,
      inject: [BACKEND, SessionQueues, CLUSTER, BROKER_PROFILE, Clock, Metrics],
      useFactory: (
        backend: AedesBackend,
        queues: SessionQueues,
        cluster: Cluster,
        profile: BrokerProfile,
        clock: Clock,
        metrics: Metrics,
      ) => {
        const broker = new AedesBroker({ backend, queues, cluster, profile, clock });
        showLaneMetrics(metrics.registry, broker.counters);
        return broker;
      },
    },
    {
      provide: QueueSweep,
      inject: [SessionQueues, Clock, Logger],
      useFactory: (queues: SessionQueues, clock: Clock, logger: Logger) =>
        new QueueSweep(queues, clock, (error) =>
          logger.warn('expired messages could not be taken out', { error: String(error) }),
        ),
    },
  ];
}
