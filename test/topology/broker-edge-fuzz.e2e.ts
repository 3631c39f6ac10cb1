import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectMqttjs, type MqttjsDevice } from './support/devices/mqttjs-device.js';
import { Chance, malformedSpeech } from './support/edge/malformed-packets.js';
import { type Product, startStandalone } from './support/product.js';

/** A short form for every test run; `npm run fuzz:broker` says 100,000. */
const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 20_000);
/** Connections at a time; each with the same few client ids, so that they also take over from each other. */
const AT_A_TIME = 50;
const CLIENT_IDS = 40;
/** Addresses of this machine that connect, each below the rate of sockets that one address may have. */
const ADDRESSES = 50;
/** How long the broker may leave a connection open that waits for the rest of a packet. */
const PATIENCE_MS = 200;

/** The first inputs fill caches, tables and the heap; what grows after them would grow for ever. */
const WARM_UP = Math.max(10_000, INPUTS / 5);
const GROWTH_BYTES = 60e6;

/** A heap that does not hold what a fraction of the inputs would leave behind, if they left anything. */
const HEAP = '--max-old-space-size=160';

const LIMITS = 'connectsPerSecondPerClientId=100000,socketsPerSecondPerAddress=100000';

describe('the port of MQTT, given what is not MQTT', () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000);
  let product: Product;
  let bystander: MqttjsDevice;

  const residentBytes = async () => {
    const text = await (await fetch(product.endpoints.metrics)).text();
    return Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]);
  };

  /** One connection: says its bytes and waits until it is closed, or for a moment. */
  const speak = (bytes: Buffer, address: number) =>
    new Promise<void>((resolve) => {
      const socket = connect({
        port: Number(new URL(product.endpoints.mqtt).port),
        host: '127.0.0.1',
        localAddress: `127.0.0.${2 + address}`,
      });
      const patience = setTimeout(() => socket.destroy(), PATIENCE_MS);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        clearTimeout(patience);
        resolve();
      });
      socket.resume();
      socket.write(bytes);
      socket.end();
    });

  const speakFor = async (inputs: number, chance: Chance) => {
    let [said, connections] = [0, 0];
    const one = async () => {
      while (said < inputs) {
        const { bytes, inputs: more } = malformedSpeech(chance, `fuzz-${chance.below(CLIENT_IDS)}`);
        said += more;
        await speak(bytes, connections++ % ADDRESSES);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, one));
    return { said, connections };
  };

  beforeAll(async () => {
    product = await startStandalone({
      settings: { NODE_OPTIONS: HEAP, THINGCORE_BROKER_LIMITS: LIMITS, THINGCORE_LOG_LEVEL: 'error' },
    });
    bystander = await connectMqttjs({ clientId: 'bystander', url: product.endpoints.mqtt }, { protocolVersion: 5 });
    await bystander.subscribe('bystander/#');
  });

  afterAll(async () => {
    await bystander?.disconnect();
    await product?.dispose();
  });

  it(`is alive after ${INPUTS} malformed packets, has served everybody else, and holds no memory of them`, async () => {
    const chance = new Chance(seed);
    let isOver = false;
    let slowestMs = 0;
    const pinging = (async () => {
      for (let n = 0; !isOver; n++) {
        const sentAt = performance.now();
        await bystander.publish(`bystander/${n}`, { n });
        await bystander.inbox.find(({ topic }) => topic === `bystander/${n}`, 'the own message');
        slowestMs = Math.max(slowestMs, performance.now() - sentAt);
        await sleep(200);
      }
    })();
    const first = await speakFor(WARM_UP, chance);
    const before = await residentBytes();
    const rest = await speakFor(INPUTS - WARM_UP, chance);
    isOver = true;
    await pinging;
    const growth = (await residentBytes()) - before;
    process.stdout.write(
      `Seed ${seed}: ${first.said + rest.said} malformed packets on ${first.connections + rest.connections} connections; ` +
        `memory grew by ${Math.round(growth / 1e6)} MB; the slowest message of a bystander took ${Math.round(slowestMs)} ms.\n`,
    );
    expect(product.program.isRunning).toBe(true);
    expect(bystander.client.connected).toBe(true);
    expect(growth).toBeLessThan(GROWTH_BYTES);
  }, 600_000);
});
