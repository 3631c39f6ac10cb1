// The service by itself: from the event of the broker to the action, and bare inserts beside.
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { mediansOf } from './figures.mjs';
import { startRules } from './service.mjs';
import { PAYLOAD, SQL } from './sql.mjs';

const EVENT = 256; // messages of one event, as a busy broker sends them
const SENDERS = 4; // events on their way at a time
const ROWS = 500; // of a statement, as many as the action writes at most
/** Executions that may be under way when the next event of QoS 0 is sent: what is too much would be dropped. */
const AHEAD = 512;

/** Messages a second, the medians of some rounds. */
export async function measureService(roundCount, messageCount) {
  const directory = await mkdtemp(join(tmpdir(), 'thingcore-bench-'));
  const rules = await startRules(directory);
  const client = new pg.Client({ connectionString: rules.databaseUrl });
  try {
    await client.connect();
    await client.query(
      'CREATE TABLE readings (f double precision, d text); CREATE TABLE bare (f double precision, d text)',
    );
    const path = new ServicePath(rules, client, messageCount);
    const rounds = [];
    for (let round = -1; round < roundCount; round++) {
      const figures = {
        'QoS 1 to republish': await path.toRepublish(1),
        'QoS 0 to republish': await path.toRepublish(0),
        'QoS 1 to PostgreSQL': await path.toPostgresql(1),
        'QoS 0 to PostgreSQL': await path.toPostgresql(0),
        'bare inserts': await path.bareInserts(),
      };
      if (round >= 0) rounds.push(figures);
    }
    return mediansOf(rounds);
  } finally {
    await client.end();
    await rules.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

class ServicePath {
  constructor(rules, client, messageCount) {
    this.rules = rules;
    this.client = client;
    this.messageCount = messageCount;
  }

  async toRepublish(qos) {
    const { counted } = this.rules;
    counted.published = 0;
    const rate = await this.throughRule(qos, { republish: { topic: 'out/${topic(2)}' } });
    if (counted.published !== this.messageCount) throw new Error(`${counted.published} messages were republished`);
    return rate;
  }

  async toPostgresql(qos) {
    await this.client.query('TRUNCATE readings');
    const rate = await this.throughRule(qos, { postgresql: { table: 'public.readings' } });
    const { rows } = await this.client.query('SELECT count(*)::int AS stored FROM readings');
    if (rows[0].stored !== this.messageCount) throw new Error(`${rows[0].stored} messages were stored`);
    return rate;
  }

  /** Statement after statement, each of as many rows as the action writes at most. */
  async bareInserts() {
    await this.client.query('TRUNCATE bare');
    return this.timed(async () => {
      for (let sent = 0; sent < this.messageCount; sent += ROWS) {
        const rows = Math.min(ROWS, this.messageCount - sent);
        const places = Array.from({ length: rows }, (_, n) => `($${2 * n + 1}, $${2 * n + 2})`).join(', ');
        await this.client.query(
          `INSERT INTO bare (f, d) VALUES ${places}`,
          Array.from({ length: rows }, () => [160.25, 'p1']).flat(),
        );
      }
    });
  }

  async throughRule(qos, action) {
    await this.rules.createRule('bench', { sql: SQL, awsIotSqlVersion: '2016-03-23', actions: [action] });
    const events = this.events(qos);
    const rate = await this.timed(async () => {
      await this.sendAll(events, qos);
      while ((await this.rules.unfinished()) > 0) await sleep(1);
    });
    await this.rules.deleteRule('bench');
    return rate;
  }

  /** What a broker would have made of the publishes of its clients, in another process or at another time. */
  events(qos) {
    const payload = PAYLOAD.toString('base64');
    const common = { topic: 'a/p1/t', payload, qos, retain: false, hops: 0, timestamp: 0 };
    const messages = Array.from({ length: this.messageCount }, () => ({ ...common, messageId: randomUUID() }));
    return Array.from({ length: Math.ceil(this.messageCount / EVENT) }, (_, n) =>
      messages.slice(n * EVENT, (n + 1) * EVENT),
    );
  }

  /** Several events are on their way at a time, as from a broker with many clients. */
  async sendAll(events, qos) {
    let sent = 0;
    const send = async () => {
      while (sent < events.length) {
        await this.rules.send(events[sent++]);
        while (qos === 0 && this.rules.inFlight > AHEAD) await sleep(1);
      }
    };
    await Promise.all(Array.from({ length: qos === 0 ? 1 : SENDERS }, send));
  }

  async timed(work) {
    const startedAt = performance.now();
    await work();
    return (1000 * this.messageCount) / (performance.now() - startedAt);
  }
}
