import { Application } from './support/application.js';
import { Cluster, type Replica } from './support/cluster.js';
import { describeLifecycleStory } from './support/lifecycle/lifecycle-story.js';
import { type Product, startStandalone } from './support/product.js';

describe('the life of connections, in one process', () => {
  const products: Product[] = [];
  let application: Application;

  beforeAll(async () => {
    const product = await startStandalone();
    products.push(product);
    application = new Application(product);
  });

  afterAll(async () => {
    await application?.close();
    for (const product of products.reverse()) await product.dispose();
  });

  describeLifecycleStory(() => {
    const [product] = products as [Product];
    const { endpoints, dataDirectory } = product;
    return {
      application,
      doomed: endpoints,
      surviving: endpoints,
      crash: async () => {
        const { graphql } = endpoints;
        await product.kill();
        // Where it was, so that the operator finds it again.
        const settings = { THINGCORE_HTTP_PORT: new URL(graphql).port };
        products.push(await startStandalone({ dataDirectory, settings }));
      },
    };
  });
});

describe('the life of connections, with two broker nodes', () => {
  const cluster = new Cluster();
  let application: Application;
  let doomed: Replica;
  let surviving: Replica;

  beforeAll(async () => {
    await cluster.open();
    await cluster.startAll('registry');
    const [first, second] = await cluster.startAll('broker-gateway', 'broker-gateway', 'shadow', 'gateway');
    [doomed, surviving] = [first as Replica, second as Replica];
    application = new Application(await cluster.access());
  });

  afterAll(async () => {
    await application?.close();
    await cluster.close();
  });

  const event = describeLifecycleStory(() => ({
    application,
    doomed: { mqtt: doomed.mqttUrl, mqtts: doomed.mqttsUrl },
    surviving: { mqtts: surviving.mqttsUrl },
    crash: () => doomed.program.kill(),
  }));

  it('is told of by the node that survives', async () => {
    const { versionNumber, sessionIdentifier } = await event('orphan', 'connected');
    expect(await event('orphan', 'disconnected')).toMatchObject({
      ...{ versionNumber, sessionIdentifier },
      disconnectReason: 'SERVER_ERROR',
      clientInitiatedDisconnect: false,
    });
  });
});
