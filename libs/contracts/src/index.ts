export {
  SERVICES,
  command,
  event,
  type CommandContract,
  type Delivery,
  type EventContract,
  type ParsedRequestOf,
  type PayloadOf,
  type ReplyOf,
  type RequestOf,
  type ServiceName,
} from './contract.js';
