import { type AddressInfo, createServer, type Server } from 'node:net';
import { ConfigError } from './config.js';
import { listen } from './listen.js';

describe('listen', () => {
  const servers: Server[] = [];
  const server = () => {
    const created = createServer();
    servers.push(created);
    return created;
  };

  afterEach(() => servers.splice(0).forEach((one) => one.close()));

  it('takes a free port for 0', async () => {
    const one = server();
    await listen(one, { port: 0, host: '127.0.0.1', setting: 'THINGCORE_MQTT_PORT' });
    expect((one.address() as AddressInfo).port).toBeGreaterThan(0);
  });

  it('names the setting to change when the port is taken', async () => {
    const one = server();
    await listen(one, { port: 0, host: '127.0.0.1', setting: 'THINGCORE_MQTT_PORT' });
    const { port } = one.address() as AddressInfo;
    const second = listen(server(), { port, host: '127.0.0.1', setting: 'THINGCORE_MQTT_PORT' });
    await expect(second).rejects.toThrow(ConfigError);
    await expect(second).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is in use by another program: stop it or set THINGCORE_MQTT_PORT`,
    );
  });

  it('names the setting when the machine has no such address', async () => {
    const refused = listen(server(), { port: 0, host: '192.0.2.1', setting: 'THINGCORE_MQTTS_PORT' });
    await expect(refused).rejects.toThrow(/has no address 192\.0\.2\.1 .*THINGCORE_MQTTS_PORT/);
  });
});
