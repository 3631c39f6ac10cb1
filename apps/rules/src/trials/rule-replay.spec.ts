import type { BrokerMessage } from '#thingcore/contracts';
import { RandomIdGenerator, Scope } from '#thingcore/platform';
import type { InboxIntake } from '../delivery/inbox-intake.js';
import type { InboxWorker } from '../delivery/inbox-worker.js';
import type { RuleService } from '../topic-rules/rule.service.js';
import type { Recorder } from './recorder.js';
import type { RecordingStore } from './recording.store.js';
import { RuleReplay } from './rule-replay.js';

/** A statement that takes most of the work one may: some ten milliseconds. */
const EXPENSIVE = "SELECT regexp_matches(s, '(x?a.{60})[cd]') AS x FROM 'a'";

function replayOf(messages: readonly BrokerMessage[]): RuleReplay {
  const rule = { sql: EXPENSIVE, awsIotSqlVersion: '2016-03-23', actions: [], mode: 'LIVE', ruleDisabled: false };
  return new RuleReplay(
    { get: async () => rule } as unknown as RuleService,
    { flush: async () => undefined } as Recorder,
    {
      async *read() {
        yield await Promise.resolve({ id: '7', messages, skipped: 0 });
      },
    } as unknown as RecordingStore,
    {} as InboxIntake,
    {} as InboxWorker,
    new RandomIdGenerator(),
    new Scope('us-east-1', '123456789012'),
  );
}

describe('RuleReplay', () => {
  it('lets others run between expensive statements, and leaves to another call what it has no time for', async () => {
    const payload = Buffer.from(JSON.stringify({ s: 'a'.repeat(20_000) })).toString('base64');
    const messages = Array.from({ length: 400 }, (_, n) => ({
      ...{ topic: 'a', payload, qos: 1 as const, retain: false, hops: 0 },
      ...{ timestamp: n, messageId: `m${n}` },
    }));
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const replayed = await replayOf(messages).replay({ ruleName: 'r', from: 0, to: 10_000, runActions: false });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
    expect(replayed.messages).toBeLessThan(400);
    expect(replayed.next).toBe(`7.${replayed.messages}`);
  }, 20_000);

  it('goes on with the very message it stopped at, though others have its time, and counts what is missing once', async () => {
    const seen: string[] = [];
    const asked: (string | undefined)[] = [];
    const messages = Array.from({ length: 10_003 }, (_, n) => ({
      ...{ topic: 'a', payload: '', qos: 1 as const, retain: false, hops: 0 },
      ...{ timestamp: 5, messageId: `m${n}` },
    }));
    const sut = new RuleReplay(
      {
        get: async () => ({ sql: "SELECT * FROM 'a'", awsIotSqlVersion: '2016-03-23', actions: [], mode: 'LIVE' }),
      } as unknown as RuleService,
      { flush: async () => undefined } as Recorder,
      {
        async *read(_from: number, _to: number, firstId?: string) {
          asked.push(firstId);
          yield await Promise.resolve({ id: '7', messages, skipped: 3 });
        },
      } as unknown as RecordingStore,
      {
        add: async (entries: { message: BrokerMessage }[]) =>
          seen.push(...entries.map((entry) => entry.message.messageId)),
      } as unknown as InboxIntake,
      { wake: () => undefined } as InboxWorker,
      new RandomIdGenerator(),
      new Scope('us-east-1', '123456789012'),
    );
    const request = { ruleName: 'r', from: 0, to: 10, runActions: true };
    const first = await sut.replay(request);
    expect(first).toMatchObject({ messages: 10_000, notRecorded: 3, next: '7.10000' });
    const second = await sut.replay({ ...request, after: first.next });
    expect(second).toMatchObject({ messages: 3, notRecorded: 0 });
    expect(second.next).toBeUndefined();
    expect(seen).toEqual(messages.map(({ messageId }) => messageId));
    expect(asked).toEqual([undefined, '7']);
  });
});
