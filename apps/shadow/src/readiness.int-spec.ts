import { Logger, readConfig, type RunningProcess, startProcess } from '#thingcore/platform';
import {
  type DurablePostgres,
  type DurableRedis,
  makeTempDir,
  startDurablePostgres,
  startDurableRedis,
  waitFor,
} from '#thingcore/testing';
import { shadowSettings } from './shadow.config.js';
import { ShadowModule } from './shadow.module.js';

describe('/readyz of a service', () => {
  let postgres: DurablePostgres;
  let redis: DurableRedis;
  let service: RunningProcess;

  const ask = async (path: string) => {
    const response = await fetch(service.metricsUrl.replace('/metrics', path));
    return { status: response.status, text: await response.text() };
  };

  /** Waits for a status and answers the reasons by name. */
  const missing = async (status: number): Promise<Record<string, string>> => {
    await waitFor(async () => (await ask('/readyz')).status === status, { what: `/readyz to answer ${status}` });
    return (JSON.parse((await ask('/readyz')).text) as { missing: Record<string, string> }).missing;
  };

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startDurablePostgres(), startDurableRedis()]);
    service = await startProcess({
      service: 'shadow',
      config: {
        dataDirectory: await makeTempDir(),
        logLevel: 'silent',
        logFormat: 'json',
        metricsPort: 0,
        metricsHost: '127.0.0.1',
        region: 'us-east-1',
        account: '123456789012',
      },
      logger: Logger.create({ service: 'shadow', level: 'silent', format: 'json' }),
      transport: { kind: 'redis', url: redis.url },
      databaseUrl: postgres.url,
      modules: [ShadowModule.forRoot(readConfig(shadowSettings, {}))],
    });
  });

  afterAll(async () => {
    await service.stop();
    await Promise.all([postgres.stop(), redis.stop()]);
  });

  it('answers 200 while all is there', async () => {
    expect(await ask('/readyz')).toEqual({ status: 200, text: '{"ready":true,"missing":{}}' });
  });

  it('names PostgreSQL while it is away, lives on, and is ready again when it is back', async () => {
    await postgres.kill();
    expect(Object.keys(await missing(503))).toEqual(['postgresql, schema shadow']);
    expect((await ask('/healthz')).status).toBe(200);
    await postgres.restart();
    expect(await missing(200)).toEqual({});
  });

  it('names Redis while it is away, lives on, and is ready again when it is back', async () => {
    await redis.kill();
    expect(await missing(503)).toEqual({ transport: 'Redis cannot be reached' });
    expect((await ask('/healthz')).status).toBe(200);
    await redis.restart();
    expect(await missing(200)).toEqual({});
  });
});
