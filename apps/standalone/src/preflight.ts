import { createServer } from 'node:net';
import { listen } from '#thingcore/platform';
import { checkBrokerConfig, operatorsCertificate } from '../../broker-gateway/src/broker-gateway.module.js';
import type { StandaloneConfig } from './standalone.module.js';

/** Finds out what would stop a start before anything is created: settings, certificates, ports in use. */
export async function preflight({ platform, broker, gateway }: StandaloneConfig): Promise<void> {
  checkBrokerConfig(broker);
  await operatorsCertificate(broker);
  await tryPort(broker.mqttPort, broker.mqttHost, 'THINGCORE_MQTT_PORT');
  await tryPort(broker.mqttsPort, broker.mqttsHost, 'THINGCORE_MQTTS_PORT');
  await tryPort(broker.wsPort, broker.wsHost, 'THINGCORE_WS_PORT');
  await tryPort(broker.httpsPort, broker.httpsHost, 'THINGCORE_HTTPS_PORT');
  await tryPort(gateway.httpPort, gateway.httpHost, 'THINGCORE_HTTP_PORT');
  await tryPort(platform.metricsPort, platform.metricsHost, 'THINGCORE_METRICS_PORT');
}

async function tryPort(port: number, host: string, setting: string): Promise<void> {
  if (port === 0) return;
  const server = createServer();
  await listen(server, { port, host, setting });
  await new Promise((resolve) => server.close(resolve));
}
