import { Aedes, type AedesOptions, type Client } from 'aedes';
import { type EventEmitter, once } from 'node:events';
import { Duplex, PassThrough } from 'node:stream';
import mqttPacket from 'mqtt-packet';
import { waitFor } from '#thingcore/testing';
import { guardRegistrations } from './registrations.js';

describe('a client that goes while its session is read', () => {
  let aedes: Aedes & { readonly clients: Readonly<Record<string, Client>>; connectedClients: number };
  let goOn: () => void;
  const gone: Client[] = [];

  /** Offers a CONNECT; with `isHeld` its session cannot be read until {@link goOn} is called. */
  function offer(version: 4 | 5, isHeld = false) {
    const { persistence } = aedes as unknown as { persistence: { subscriptionsByClient: () => Promise<unknown> } };
    const read = new Promise<void>((resolve) => (goOn = resolve));
    persistence.subscriptionsByClient = () => (isHeld ? read.then(() => []) : Promise.resolve([]));
    const incoming = new PassThrough();
    const stream = Duplex.from({ readable: incoming, writable: new PassThrough().resume() });
    const client = aedes.handle(stream);
    const connect = { cmd: 'connect', protocolId: 'MQTT', clean: false, clientId: 'c', keepalive: 9 } as const;
    incoming.write(
      mqttPacket.generate(
        {
          ...connect,
          protocolVersion: version,
          ...(version === 5 ? { properties: { sessionExpiryInterval: 0 } } : {}),
        },
        { protocolVersion: version },
      ),
    );
    return { client, stream };
  }

  async function connect(version: 4 | 5) {
    const offered = offer(version);
    await once(aedes as EventEmitter, 'clientReady');
    return offered;
  }

  /** A connection that is authenticated, has not come to be registered, and closes. */
  async function abandon(version: 4 | 5) {
    const { client, stream } = offer(version, true);
    await waitFor(() => (client as Client & { _authorized?: boolean })._authorized === true, {
      what: 'its authentication',
    });
    stream.destroy();
    await waitFor(() => client.closed, { what: 'its end' });
  }

  beforeEach(async () => {
    aedes = (await Aedes.createBroker({} satisfies AedesOptions)) as unknown as typeof aedes;
    guardRegistrations(aedes);
    gone.length = 0;
    aedes.on('clientDisconnect', (client) => gone.push(client));
    (aedes as EventEmitter).on('clientError', () => undefined);
  });

  afterEach(() => new Promise<void>((resolve) => aedes.close(() => resolve())));

  it.each([4, 5] as const)('leaves the one before it in its place, MQTT level %i', async (version) => {
    const { client } = await connect(4);
    await abandon(version);
    expect([aedes.clients['c'], gone, client.closed]).toEqual([client, [], false]);
  });

  it.each([4, 5] as const)(
    'takes over all the same when it comes to that, and is not kept, MQTT level %i',
    async (version) => {
      const { client } = await connect(4);
      await abandon(version);
      goOn();
      await waitFor(() => client.closed, { what: 'the end of the one before' });
      await waitFor(() => aedes.connectedClients === 0, { what: 'an empty list of clients' });
      expect([Object.keys(aedes.clients), gone]).toEqual([[], [client]]);
    },
  );

  it('does not have the session ended that the one before it has [MQTT-3.1.4-2]', async () => {
    await connect(4);
    const ended: string[] = [];
    const { persistence } = aedes as unknown as {
      persistence: { cleanSubscriptions(client: Client): Promise<Client> };
    };
    persistence.cleanSubscriptions = (client) => {
      ended.push(client.id);
      return Promise.resolve(client);
    };
    await abandon(5);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(ended).toEqual([]);
  });
});
