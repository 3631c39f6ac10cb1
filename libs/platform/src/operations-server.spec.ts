import { jest } from '@jest/globals';
import { Metrics, OperationsServer } from './operations-server.js';
import { Readiness } from './readiness.js';

describe('OperationsServer', () => {
  let readiness: Readiness;
  let server: OperationsServer;
  let url: string;

  beforeEach(async () => {
    readiness = new Readiness();
    server = new OperationsServer(new Metrics(), readiness);
    url = `http://127.0.0.1:${await server.start(0, '127.0.0.1')}`;
  });

  afterEach(() => server.stop());

  it('says that the process lives', async () => {
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('is ready when every dependency is there', async () => {
    readiness.add('postgresql', async () => undefined);
    const response = await fetch(`${url}/readyz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ ready: true, missing: {} });
  });

  it('names each missing dependency with the reason', async () => {
    readiness.add('redis', async () => undefined);
    readiness.add('postgresql', () => Promise.reject(new Error('connection refused')));
    const response = await fetch(`${url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ ready: false, missing: { postgresql: 'connection refused' } });
  });

  it('names a dependency that does not answer beside one that says why', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    readiness.add('redis', () => new Promise(() => undefined));
    readiness.add('registry', () => Promise.reject(new Error('away')));
    const checking = readiness.check();
    await jest.advanceTimersByTimeAsync(2_000);
    jest.useRealTimers();
    expect(await checking).toEqual({ ready: false, missing: { redis: 'no answer within 2000 ms', registry: 'away' } });
  });

  it('gives metrics in the Prometheus format', async () => {
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await response.text()).toContain('process_cpu_seconds_total');
  });

  it('tells what there is for any other path', async () => {
    const response = await fetch(`${url}/nope`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('/readyz');
  });
});
