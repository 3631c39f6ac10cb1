import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Module } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import {
  type BrokerMessage,
  confirmTopicRuleDestination,
  createTopicRule,
  createTopicRuleDestination,
  deleteTopicRuleDestination,
  getTopicRuleDestination,
  listTopicRuleDestinations,
  messageMatched,
  replaceRuleFilters,
  type RequestOf,
  updateTopicRuleDestination,
} from '#thingcore/contracts';
import { createDataSource } from '#thingcore/persistence';
import { RandomIdGenerator, type RunningProcess } from '#thingcore/platform';
import { startPostgres, startTestProcess, type TestPostgres, waitFor } from '#thingcore/testing';
import { EventBus, RpcClient } from '#thingcore/transport';
import type { DataSource } from 'typeorm';
import { rulesConfig } from '../rules.fixture.js';
import { RulesModule } from '../rules.module.js';

const ids = new RandomIdGenerator();

@Controller()
class Broker {
  @MessagePattern(replaceRuleFilters.pattern)
  replaceFilters() {
    return {};
  }
}

@Module({ controllers: [Broker] })
class BrokerModule {}

interface Asked {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

describe('destinations of HTTP actions', () => {
  let postgres: TestPostgres;
  let dataSource: DataSource;
  let service: RunningProcess;
  let rpc: RpcClient;
  let server: Server;
  let base: string;
  let asked: Asked[];
  let status: number;

  beforeAll(async () => {
    postgres = await startPostgres();
    server = createServer((request, response) => {
      void (async () => {
        let body = '';
        for await (const chunk of request) body += String(chunk);
        asked.push({ url: request.url ?? '', headers: request.headers, body });
        response.writeHead(status).end();
      })();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const config = rulesConfig({
      leaseMs: 600,
      privateHosts: ['127.0.0.1'],
      confirmationUrl: 'https://iot.example.com/',
    });
    service = await startTestProcess({
      service: 'rules',
      databaseUrl: postgres.url,
      modules: [BrokerModule, RulesModule.forRoot(config)],
    });
    rpc = service.app.get(RpcClient, { strict: false });
    dataSource = createDataSource({ url: postgres.url, schema: 'rules', migrations: [], applicationName: 'test' });
    await dataSource.initialize();
  });

  afterAll(async () => {
    await service.stop();
    await dataSource.destroy();
    server.closeAllConnections();
    server.close();
    await postgres.stop();
  });

  beforeEach(async () => {
    asked = [];
    status = 200;
    await dataSource.query('TRUNCATE destinations, topic_rules, inbox, dead_letters CASCADE');
  });

  const create = (confirmationUrl = `${base}/in`) => rpc.call(createTopicRuleDestination, { confirmationUrl });
  const token = () => (JSON.parse(asked.at(-1)?.body ?? '{}') as { confirmationToken: string }).confirmationToken;
  const confirm = (confirmationToken = token()) => rpc.call(confirmTopicRuleDestination, { confirmationToken });
  const setStatus = (arn: string, to: 'ENABLED' | 'DISABLED' | 'IN_PROGRESS') =>
    rpc.call(updateTopicRuleDestination, { arn, status: to });
  const deadLetters = () => dataSource.query<{ error: string }[]>('SELECT error FROM dead_letters ORDER BY id');

  // AWS: "HTTP action destinations", the confirmation request
  it('sends a token to a new destination, and enables it when the token comes back', async () => {
    const created = await create();
    expect(created).toMatchObject({
      arn: expect.stringMatching(/^arn:aws:iot:us-east-1:123456789012:ruledestination\/http\/[0-9a-f-]{36}$/),
      confirmationUrl: `${base}/in`,
      status: 'IN_PROGRESS',
    });
    expect(asked[0]).toMatchObject({
      url: `/in/?confirmationToken=${token()}`,
      headers: {
        'x-amz-rules-engine-message-type': 'DestinationConfirmation',
        'x-amz-rules-engine-destination-arn': created.arn,
        'content-type': 'application/json',
      },
    });
    expect(JSON.parse(asked[0]?.body ?? '')).toEqual({
      arn: created.arn,
      confirmationToken: token(),
      enableUrl: `https://iot.example.com/confirmdestination/${token()}`,
      messageType: 'DestinationConfirmation',
    });
    expect(await confirm()).toMatchObject({ arn: created.arn, status: 'ENABLED' });
    expect(await rpc.call(getTopicRuleDestination, { arn: created.arn })).toMatchObject({ status: 'ENABLED' });
  });

  it('says of a destination that answers with an error what it was', async () => {
    status = 500;
    expect(await create()).toMatchObject({ status: 'ERROR', statusReason: expect.stringMatching(/answered 500/) });
    expect(await create('http://127.0.0.1:1/')).toMatchObject({
      status: 'ERROR',
      statusReason: expect.stringMatching(/ECONNREFUSED/),
    });
  });

  it('refuses a URL that may not be called, and one that is a destination already', async () => {
    await expect(create('http://example.com/')).rejects.toMatchObject({ details: { field: 'confirmationUrl' } });
    await create();
    await expect(create()).rejects.toMatchObject({ code: 'ResourceAlreadyExists' });
  });

  it('moves only as AWS lets it', async () => {
    const { arn } = await create();
    await expect(setStatus(arn, 'ENABLED')).rejects.toThrow(/not confirmed yet/);
    const first = token();
    expect(await setStatus(arn, 'IN_PROGRESS')).toMatchObject({ status: 'IN_PROGRESS' });
    expect(token()).not.toBe(first);
    await expect(confirm(first)).rejects.toMatchObject({ code: 'InvalidRequest' });
    await confirm();
    expect(await setStatus(arn, 'DISABLED')).toMatchObject({ status: 'DISABLED' });
    expect(await setStatus(arn, 'ENABLED')).toMatchObject({ status: 'ENABLED' });
    await expect(setStatus(arn, 'IN_PROGRESS')).rejects.toThrow(/confirmed already/);
  });

  it('is not enabled again by a link that was used before', async () => {
    const { arn } = await create();
    await confirm();
    expect(await confirm()).toMatchObject({ status: 'ENABLED' });
    await setStatus(arn, 'DISABLED');
    expect(await confirm()).toMatchObject({ arn, status: 'DISABLED' });
    expect(await rpc.call(getTopicRuleDestination, { arn })).toMatchObject({ status: 'DISABLED' });
  });

  it('are listed page by page, and deleted', async () => {
    for (const path of ['a', 'b', 'c']) await create(`${base}/${path}`);
    const first = await rpc.call(listTopicRuleDestinations, { limit: 2 });
    expect(first.destinations).toHaveLength(2);
    const rest = await rpc.call(listTopicRuleDestinations, { limit: 2, after: first.nextToken ?? '' });
    expect(rest.destinations).toHaveLength(1);
    expect(rest.nextToken).toBeUndefined();
    const arn = rest.destinations[0]?.arn ?? '';
    await rpc.call(deleteTopicRuleDestination, { arn });
    await expect(rpc.call(getTopicRuleDestination, { arn })).rejects.toMatchObject({ code: 'ResourceNotFound' });
    await expect(rpc.call(deleteTopicRuleDestination, { arn })).rejects.toMatchObject({ code: 'ResourceNotFound' });
  });

  it('are created with the rule, get nothing until they are enabled, and nothing while they are disabled', async () => {
    const events = service.app.get(EventBus, { strict: false });
    const payload = { sql: "SELECT n FROM 'a'", actions: [{ http: { url: `${base}/in` } }] };
    await rpc.call(createTopicRule, { ruleName: 'hot', payload } satisfies RequestOf<typeof createTopicRule>);
    const { destinations } = await rpc.call(listTopicRuleDestinations, {});
    expect(destinations).toMatchObject([{ confirmationUrl: `${base}/in`, status: 'IN_PROGRESS' }]);
    const challenge = asked.length;

    await events.publish(messageMatched, { messages: [aMessage({ n: 1 })] });
    await waitFor(async () => (await deadLetters()).length === 1, { what: 'the dead letter' });
    expect(asked).toHaveLength(challenge);

    await confirm();
    await events.publish(messageMatched, { messages: [aMessage({ n: 2 })] });
    await waitFor(() => asked.length === challenge + 1, { what: 'the message' });
    expect(asked.at(-1)).toMatchObject({ url: '/in', body: '{"n":2}' });

    await setStatus(destinations[0]?.arn ?? '', 'DISABLED');
    await events.publish(messageMatched, { messages: [aMessage({ n: 3 })] });
    await waitFor(async () => (await deadLetters()).length === 2, { what: 'the second dead letter' });
    expect((await deadLetters())[1]?.error).toMatch(/is not enabled/);
    expect(asked).toHaveLength(challenge + 1);
  });
});

function aMessage(payload: unknown): BrokerMessage {
  return {
    topic: 'a',
    payload: Buffer.from(JSON.stringify(payload)).toString('base64'),
    qos: 1,
    retain: false,
    hops: 0,
    timestamp: 1_764_000_000_000,
    messageId: ids.uuid(),
  };
}
