export { currentCorrelationId, withCorrelationId } from './call-scope.js';
export { connectTransport } from './connect-transport.js';
export { ContractPipe } from './contract.pipe.js';
export { type EventPatternArguments, type HandlerDelivery, handles, watches } from './delivery.js';
export { EventBus, type EventInputOf } from './event-bus.js';
export { HandlerServer } from './handler.server.js';
export { IotRpcExceptionFilter } from './iot-rpc-exception.filter.js';
export { outage } from './outage.js';
export { LocalEventBus } from './local-event-bus.js';
export { LocalRpcClient } from './local-rpc-client.js';
export { LocalTransport, type LocalTransportSettings } from './local-transport.js';
export { LocalServer } from './local.server.js';
export { RedisEventBus } from './redis-event-bus.js';
export { RedisRpcClient } from './redis-rpc-client.js';
export { type RedisTransportOptions } from './redis-settings.js';
export { RedisServer } from './redis.server.js';
export { type CallOptions, DEFAULT_DEADLINE_MS, RpcClient } from './rpc-client.js';
export { TransportContext } from './transport-context.js';
export {
  type LocalTransportOptions,
  type TransportClients,
  type TransportOptions,
  TransportModule,
  connectClients,
  createServer,
} from './transport.module.js';
