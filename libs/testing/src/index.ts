export { type DurablePostgres, startDurablePostgres } from './durable-postgres.js';
export { freePort } from './free-port.js';
export { startPostgres, type TestPostgres } from './postgres.js';
export { startRedis, type TestRedis } from './redis.js';
export { makeTempDir } from './temp-dir.js';
export { startTestProcess, type TestProcessOptions } from './test-process.js';
export { waitFor, type WaitOptions } from './wait-for.js';
