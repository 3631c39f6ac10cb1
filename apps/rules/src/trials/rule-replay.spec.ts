import type { BrokerMessage } from '#thingcore/contracts';
import { RandomIdGenerator, Scope } from '#thingcore/platform';
import type { InboxStore } from '../delivery/inbox.store.js';
import type { InboxWorker } from '../delivery/inbox-worker.js';
import type { RuleService } from '../topic-rules/rule.service.js';
import type { Recorder } from './recorder.js';
import type { RecordingStore } from './recording.store.js';
import { RuleReplay } from './rule-replay.js';

/** A statement that takes most of the work one may: some hundred milliseconds. */
const EXPENSIVE = "SELECT regexp_replace(s, '(a?){40}a{40}', 'x') AS x FROM 'a'";

function replayOf(messages: readonly BrokerMessage[]): RuleReplay {
  const rule = { sql: EXPENSIVE, awsIotSqlVersion: '2016-03-23', actions: [], mode: 'LIVE', ruleDisabled: false };
  return new RuleReplay(
    { get: async () => rule } as unknown as RuleService,
    { flush: async () => undefined } as Recorder,
    {
      async *read() {
        yield await Promise.resolve({ messages, skipped: 0 });
      },
    } as unknown as RecordingStore,
    {} as InboxStore,
    {} as InboxWorker,
    new RandomIdGenerator(),
    new Scope('us-east-1', '123456789012'),
  );
}

describe('RuleReplay', () => {
  it('lets others run between expensive statements, and leaves to another call what it has no time for', async () => {
    const payload = Buffer.from(JSON.stringify({ s: 'a'.repeat(60_000) })).toString('base64');
    const messages = Array.from({ length: 100 }, (_, n) => ({
      ...{ topic: 'a', payload, qos: 1 as const, retain: false, hops: 0 },
      ...{ timestamp: n, messageId: `m${n}` },
    }));
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const replayed = await replayOf(messages).replay({ ruleName: 'r', from: 0, to: 1000, runActions: false });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
    expect(replayed.messages).toBeLessThan(100);
    expect(replayed.next).toBe(replayed.messages);
  }, 20_000);
});
