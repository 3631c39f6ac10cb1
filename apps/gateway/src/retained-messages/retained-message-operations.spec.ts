import { getRetainedMessage, listRetainedMessages, publishMessage } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { toCursor } from '../connections/cursor.js';
import { startGateway } from '../gateway.fixture.js';
import { describeOperations, type OperationRow } from '../operations.fixture.js';

const lastModifiedTime = 1_700_000_000_000;
const shownTime = '2023-11-14T22:13:20.000Z';

const ROWS: OperationRow[] = [
  {
    name: 'retainedMessage',
    operation: `{ retainedMessage(topic: "cfg") {
      topic payload payloadText payloadBase64 qos lastModifiedTime userProperties { name value }
    } }`,
    command: getRetainedMessage,
    request: { topic: 'cfg' },
    reply: { topic: 'cfg', payload: 'eyJyIjoxMH0=', qos: 1, lastModifiedTime, userProperties: [['lot', 'A']] },
    data: {
      retainedMessage: {
        topic: 'cfg',
        payload: { r: 10 },
        payloadText: '{"r":10}',
        payloadBase64: 'eyJyIjoxMH0=',
        qos: 1,
        lastModifiedTime: shownTime,
        userProperties: [{ name: 'lot', value: 'A' }],
      },
    },
  },
  {
    name: 'retainedMessages',
    operation: `{ retainedMessages(first: 1, after: "${toCursor('a')}") {
      edges { cursor node { topic payloadSize qos lastModifiedTime } } pageInfo { hasNextPage hasPreviousPage }
    } }`,
    command: listRetainedMessages,
    request: { limit: 1, after: 'a' },
    reply: { messages: [{ topic: 'cfg', payloadSize: 8, qos: 1, lastModifiedTime }], nextToken: 'cfg' },
    data: {
      retainedMessages: {
        edges: [
          { cursor: toCursor('cfg'), node: { topic: 'cfg', payloadSize: 8, qos: 1, lastModifiedTime: shownTime } },
        ],
        pageInfo: { hasNextPage: true, hasPreviousPage: true },
      },
    },
  },
  {
    name: 'deleteRetainedMessage',
    operation: 'mutation { deleteRetainedMessage(topic: "cfg") { topic } }',
    command: publishMessage,
    request: { topic: 'cfg', payload: '', retain: true },
    reply: { messageId: 'm' },
    data: { deleteRetainedMessage: { topic: 'cfg' } },
  },
];

describeOperations('the operations on retained messages', ROWS);

it('answers null for a topic that nothing is retained on', async () => {
  const gateway = await startGateway();
  gateway.services.answer(getRetainedMessage, () => {
    throw new IotError('ResourceNotFound', 'No message is retained on cfg');
  });
  const { body } = await gateway.graphql('{ retainedMessage(topic: "cfg") { topic } }');
  expect(body).toEqual({ data: { retainedMessage: null } });
  await gateway.close();
});
