export { type DurablePostgres, startDurablePostgres } from './durable-postgres.js';
export { type DurableRedis, startDurableRedis } from './durable-redis.js';
export { freePort } from './free-port.js';
export { startPostgres, type TestPostgres } from './postgres.js';
export { startRedis, type TestRedis } from './redis.js';
export { makeTempDir } from './temp-dir.js';
export { startTestProcess, type TestProcessOptions } from './test-process.js';
export { waitFor, type WaitOptions } from './wait-for.js';
export { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from './otlp-receiver.js';
