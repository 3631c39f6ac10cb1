import { DataDirectory, Logger, runUntilStopped, startProcess, unknownSettings } from '#thingcore/platform';
import { LocalTransport } from '#thingcore/transport';
import { BrokerAddresses } from '../../broker-gateway/src/broker-gateway.module.js';
import { GatewayAddress } from '../../gateway/src/gateway.module.js';
import { claimDataDirectory } from './data-version.js';
import { embeddedDatabase, externalDatabase } from './database.js';
import { type Endpoints, publishEndpoints, withdrawEndpoints } from './endpoints.js';
import { preflight } from './preflight.js';
import { readStandaloneConfig, serviceModules, settings } from './standalone.module.js';
import { welcome } from './welcome.js';

await runUntilStopped(async () => {
  const config = readStandaloneConfig();
  const { platform, standalone } = config;
  const logger = Logger.create({ service: 'thingcore', level: platform.logLevel, format: platform.logFormat });
  for (const name of unknownSettings(settings)) logger.warn(`${name} is no setting of this version and has no effect`);
  const dataDirectory = new DataDirectory(platform.dataDirectory);
  await preflight(config);
  await claimDataDirectory(dataDirectory);
  const database =
    standalone.databaseUrl === undefined
      ? await embeddedDatabase(dataDirectory, logger)
      : externalDatabase(standalone.databaseUrl);
  // Rules write where the operator says, else into the database that the embedded server offers.
  const postgresqlUrl = config.rules.postgresqlUrl ?? database.operatorsUrl;
  try {
    // What a killed run left behind. Only now is it sure that no other run is alive on this directory.
    await withdrawEndpoints(dataDirectory);
    const running = await startProcess({
      service: 'gateway',
      config: platform,
      logger,
      tracing: config.tracing,
      transport: { kind: 'local', transport: new LocalTransport() },
      databaseUrl: database.url,
      modules: serviceModules({ ...config, rules: { ...config.rules, postgresqlUrl } }),
    });
    const { https, mqtt, mqtts, ws, wss } = running.app.get(BrokerAddresses, { strict: false });
    const { graphqlUrl, httpUrl } = running.app.get(GatewayAddress, { strict: false });
    const gateway = { graphql: graphqlUrl, http: httpUrl };
    const endpoints: Endpoints = { ...gateway, https, mqtt, mqtts, ws, wss, metrics: running.metricsUrl };
    await publishEndpoints(dataDirectory, endpoints, postgresqlUrl);
    welcome(endpoints, dataDirectory);
    return async () => {
      process.stdout.write('Stopping ...\n');
      await withdrawEndpoints(dataDirectory);
      await running.stop();
      await database.stop();
      process.stdout.write('Stopped. Everything acknowledged is kept.\n');
    };
  } catch (error) {
    await database.stop();
    throw error;
  }
});
