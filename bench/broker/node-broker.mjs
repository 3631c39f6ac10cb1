// node node-broker.mjs '<options as JSON>': a whole broker node of the product, as bench.mjs starts it: policies enforced,
// metrics on, one filter of a rule installed that matches nothing. `redis`: it keeps everything there, as nodes of a cluster
// do. The rates of one client and one address are lifted, since the peers have none and all load comes from one address.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { replaceRuleFilters } from '#thingcore/contracts';
import { Logger, readConfig, startProcess } from '#thingcore/platform';
import { LocalTransport, RpcClient } from '#thingcore/transport';
import { BrokerAddresses, BrokerGatewayModule } from '../../dist/apps/broker-gateway/src/broker-gateway.module.js';
import { brokerSettings } from '../../dist/apps/broker-gateway/src/broker.config.js';
import { POLICY, registryStub } from './registry-stub.mjs';

const { port, redis, identities } = JSON.parse(process.argv[2]);

const LIFTED = ['publishesPerSecond', 'deliveriesPerSecond', 'bytesPerSecond', 'storedMessagesPerSecond'];
const OF_ADDRESS = [
  'socketsPerSecondPerAddress',
  'handshakesPerAddress',
  'handshakes',
  'silentSocketsPerAddress',
  'silentSockets',
];

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address();
  server.close();
  return free;
}

const dataDirectory = mkdtempSync(join(tmpdir(), 'thingcore-bench-node-'));
process.on('exit', () => rmSync(dataDirectory, { recursive: true, force: true }));
process.on('SIGTERM', () => process.exit(0));

const metricsPort = await freePort();
const config = {
  ...readConfig(brokerSettings, {}),
  mqttPort: port,
  mqttsPort: 0,
  wsPort: 0,
  httpsPort: 0,
  mqttsHost: '127.0.0.1',
  httpsHost: '127.0.0.1',
  anonymousPolicy: POLICY,
  limits: Object.fromEntries([
    ...LIFTED.map((name) => [name, Infinity]),
    ...OF_ADDRESS.map((name) => [name, 1_000_000]),
  ]),
};
const storage = redis === undefined ? { kind: 'files' } : { kind: 'redis', url: redis };
const { app } = await startProcess({
  service: 'broker',
  config: {
    dataDirectory,
    logLevel: 'error',
    logFormat: 'json',
    metricsPort,
    metricsHost: '127.0.0.1',
    region: 'us-east-1',
    account: '123456789012',
  },
  logger: Logger.create({ service: 'bench', level: 'error', format: 'json' }),
  transport: { kind: 'local', transport: new LocalTransport() },
  databaseUrl: 'postgres://not-needed',
  modules: [
    registryStub(identities.authority, identities.device.certificateId),
    BrokerGatewayModule.forRoot(config, storage),
  ],
});
await app.get(RpcClient, { strict: false }).call(replaceRuleFilters, { revision: 1, filters: ['sensors/+/alarm'] });
// Somebody collects the metrics, as in a real installation.
setInterval(() => void fetch(`http://127.0.0.1:${metricsPort}/metrics`).then((answer) => answer.text()), 5_000);
const { mqtts } = app.get(BrokerAddresses, { strict: false });
process.send?.({ port, tlsPort: Number(new URL(mqtts).port) });
