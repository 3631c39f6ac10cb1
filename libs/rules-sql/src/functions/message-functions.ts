import { toIndex, toText } from '../conversions.js';
import { type Evaluation } from '../evaluation.js';
import { type SqlValue } from '../values.js';
import { type FunctionGroup, type SqlFunction } from './sql-function.js';

function ofMessage(read: (evaluation: Evaluation) => SqlValue, since2016?: true): SqlFunction {
  return { arity: [0, 0], ...(since2016 && { since2016 }), call: (_args, evaluation) => read(evaluation) };
}

/** AWS: the topic, or its n-th segment from 1; without the prefix of Basic Ingest. */
function topic(args: readonly SqlValue[], { message, dialect }: Evaluation): SqlValue {
  if (args.length === 0) return message.effectiveTopic;
  const segment = toIndex(args[0], dialect);
  return segment === undefined ? undefined : message.topicLevel(segment);
}

/** Properties by the names that get_mqtt_property() has for them. */
function mqttProperty([name]: readonly SqlValue[], { message }: Evaluation): SqlValue {
  switch (name) {
    case 'content_type':
      return message.mqtt5?.contentType;
    case 'format_indicator':
      return message.mqtt5?.payloadFormatIndicator;
    case 'response_topic':
      return message.mqtt5?.responseTopic;
    case 'correlation_data':
      return message.mqtt5?.correlationData;
    default:
      return undefined;
  }
}

/** All values under a key; without a key one object for each property, in the order of the wire. */
function userProperties(args: readonly SqlValue[], { message }: Evaluation): SqlValue {
  const properties = message.mqtt5?.userProperties;
  if (properties === undefined) return undefined;
  if (args.length === 0) return properties.map(([name, value]) => ({ [name]: value }));
  const key = toText(args[0]);
  const values = properties.filter(([name]) => name === key).map(([, value]) => value);
  return values.length === 0 ? undefined : values;
}

/** Functions of the message and its surroundings. */
export const MESSAGE_FUNCTIONS: FunctionGroup = {
  accountid: ofMessage(({ environment }) => environment.accountId),
  clientid: ofMessage(({ message }) => (message.protocol === 'mqtt' ? (message.clientId ?? 'n/a') : 'n/a')),
  principal: ofMessage(({ message }) => message.principal),
  sourceip: ofMessage(({ message }) => message.sourceIp, true),
  sql_version: ofMessage(({ dialect }) => dialect.version),
  timestamp: ofMessage(({ environment }) => environment.timestamp),
  topic: { arity: [0, 1], call: topic },
  traceid: ofMessage(({ message }) => (message.protocol === 'mqtt' ? message.traceId : undefined)),
  newuuid: ofMessage(({ environment }) => environment.newUuid()),
  get_mqtt_property: { arity: [1, 1], since2016: true, call: mqttProperty },
  get_user_properties: { arity: [0, 1], since2016: true, call: userProperties },
};
