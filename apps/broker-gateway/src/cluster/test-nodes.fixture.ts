import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis, type TestRedis } from '#thingcore/testing';
import { Redis } from 'ioredis';
import { TEST_TIMES, TestNode } from './cluster.fixture.js';

/** Nodes on one Redis, which is empty at the beginning of each test; what a test has started is stopped behind it. */
export class TestNodes {
  /** A connection for the test itself, to look at what the nodes keep there. */
  redis!: Redis;
  /** Those that are stopped when the test ends. */
  running: TestNode[] = [];
  private server!: TestRedis;

  constructor(private readonly times = TEST_TIMES) {}

  async open(): Promise<void> {
    this.server = await startRedis();
    this.redis = new Redis(this.server.url);
  }

  async empty(): Promise<void> {
    const keys = await this.redis.keys('thingcore:broker:cluster:*');
    if (keys.length > 0) await this.redis.del(...keys);
  }

  async stop(): Promise<void> {
    await Promise.all(this.running.splice(0).map((node) => node.cluster.stop().catch(() => undefined)));
  }

  async close(): Promise<void> {
    await this.redis.quit();
    await this.server.stop();
  }

  readonly start = async (count: number, times = this.times): Promise<TestNode[]> => {
    const started = await Promise.all(Array.from({ length: count }, () => TestNode.start(this.server.url, times)));
    this.running.push(...started);
    return started;
  };

  /** Ends a node without a word to anybody. */
  readonly kill = (node: TestNode): void => {
    node.kill();
    this.running = this.running.filter((one) => one !== node);
  };
}

/** Nodes for the tests of the file that calls this. */
export function useTestNodes(times = TEST_TIMES): TestNodes {
  const nodes = new TestNodes(times);
  beforeAll(() => nodes.open());
  beforeEach(() => nodes.empty());
  afterEach(() => nodes.stop());
  afterAll(() => nodes.close());
  return nodes;
}

/** As many different payloads. */
export const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => `${n}`);

/** Long enough that heartbeats have gone round. */
export const aMoment = (): Promise<void> => sleep(TEST_TIMES.heartbeatMs * 2);
