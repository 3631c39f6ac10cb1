import type {
  GetRetainedMessageRequest,
  GetRetainedMessageResponse,
  ListRetainedMessagesRequest,
  ListRetainedMessagesResponse,
  PublishRequest,
  SendDirectMessageRequest,
  SendDirectMessageResponse,
} from '@aws-sdk/client-iot-data-plane';
import { getRetainedMessage, listRetainedMessages, publishMessage, sendDirectMessage } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { currentCorrelationId } from '#thingcore/transport';
import { handler, type OperationHandlers } from '../operation-handler.js';
import { pageOf } from '../pages.js';
import { fromPairs, toProperties } from './message-properties.js';

/** AWS: Data plane, messages. */
export const messageHandlers: OperationHandlers = {
  Publish: handler<PublishRequest>('operator', async ({ rpc }, input) => {
    const { topic, qos, retain, payload } = input;
    await rpc.call(publishMessage, {
      topic,
      qos: qosOf(qos),
      retain,
      payload: base64Of(payload),
      properties: toProperties(input),
    });
  }),

  SendDirectMessage: handler<SendDirectMessageRequest, SendDirectMessageResponse>(
    'operator',
    async ({ rpc }, input) => {
      const { clientId, topic, payload, confirmation, timeout } = input;
      const properties = toProperties(input);
      await rpc.call(sendDirectMessage, {
        ...{ clientId, topic, confirmation, timeout, properties },
        payload: base64Of(payload),
      });
      return { message: 'OK', traceId: currentCorrelationId() };
    },
  ),

  GetRetainedMessage: handler<GetRetainedMessageRequest, GetRetainedMessageResponse>(
    'viewer',
    async ({ rpc }, { topic }) => {
      const { payload, qos, lastModifiedTime, userProperties } = await rpc.call(getRetainedMessage, { topic });
      return {
        ...{ topic, qos, lastModifiedTime },
        payload: Buffer.from(payload, 'base64'),
        ...(userProperties && { userProperties: fromPairs(userProperties) }),
      };
    },
  ),

  ListRetainedMessages: handler<ListRetainedMessagesRequest, ListRetainedMessagesResponse>(
    'viewer',
    async ({ rpc }, input) => {
      const { messages, nextToken } = await rpc.call(listRetainedMessages, pageOf(input));
      return { retainedTopics: messages, nextToken };
    },
  ),
};

function qosOf(qos: number | undefined): 0 | 1 | undefined {
  if (qos === undefined || qos === 0 || qos === 1) return qos;
  throw new IotError('InvalidRequest', `'qos' must be 0 or 1, not ${qos}`, { details: { field: 'qos' } });
}

function base64Of(payload: Uint8Array | undefined): string {
  return Buffer.from(payload ?? []).toString('base64');
}
