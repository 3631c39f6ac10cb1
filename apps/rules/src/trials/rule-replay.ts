import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { BrokerMessage, ParsedRequestOf, replayRule, ReplyOf } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { IdGenerator, Scope } from '#thingcore/platform';
import { compileRule, type CompiledRule, type RuleEnvironment, type RuleResult } from '#thingcore/rules-sql';
import { matchesFilter } from '#thingcore/topics';
import { InboxIntake } from '../delivery/inbox-intake.js';
import { InboxWorker } from '../delivery/inbox-worker.js';
import { openBrokerMessage } from '../delivery/open-broker-message.js';
import { randomFraction } from '../random-fraction.js';
import { basicIngestRule } from '../topic-rules/basic-ingest.js';
import { RuleService } from '../topic-rules/rule.service.js';
import { Recorder } from './recorder.js';
import { type RecordedPage, RecordingStore } from './recording.store.js';

type Request = ParsedRequestOf<typeof replayRule>;
type Reply = ReplyOf<typeof replayRule>;

/** Most messages one call works on, and most results it shows. */
const MOST_MESSAGES = 10_000;
const SAMPLES = 20;
/** Most time that statements take in one call, and at a time: the process has live messages to work on. */
const MOST_MS = 2_000;
const TURN_MS = 10;

/** Runs rules over the messages that were recorded. */
@Injectable()
export class RuleReplay {
  constructor(
    private readonly rules: RuleService,
    private readonly recorder: Recorder,
    private readonly recordings: RecordingStore,
    private readonly inbox: InboxIntake,
    private readonly worker: InboxWorker,
    private readonly ids: IdGenerator,
    private readonly scope: Scope,
  ) {}

  async replay(request: Request): Promise<Reply> {
    const { payload, actions } = await this.subject(request);
    const statement = compileRule(payload.sql, { sqlVersion: payload.awsIotSqlVersion });
    if (!request.runActions && statement.needs.length > 0) {
      const problem = `The rule calls ${statement.needs.join(', ')}: it looks outside the message, which a replay without actions does not`;
      throw new IotError('InvalidRequest', problem, { details: { field: 'runActions' } });
    }
    const tally = new Tally(actions);
    await this.recorder.flush();
    const [firstId, firstIndex] = cursorOf(request.after);
    for await (const recording of this.recordings.read(request.from, request.to, firstId)) {
      // Where the call before stopped within a recording, it has counted what is missing in it.
      const begin = recording.id === firstId ? firstIndex : 0;
      if (begin === 0) tally.notRecorded += recording.skipped;
      const passed = await this.passing(recording, begin, request, statement, tally);
      if (request.runActions) await this.run(request.ruleName, passed);
      if (tally.next !== undefined) break;
    }
    if (request.runActions) this.worker.wake();
    return tally.reply();
  }

  /** The stored rule, or another statement in its place. */
  private async subject({ ruleName, sql, runActions }: Request) {
    const rule = await this.rules.get(ruleName);
    if (runActions && (sql !== undefined || rule.ruleDisabled || rule.mode === 'SHADOW')) {
      const problem = `runActions is for the statement of ${ruleName} as it is stored, enabled and in mode LIVE`;
      throw new IotError('InvalidRequest', problem, { details: { field: 'runActions' } });
    }
    const payload = { sql: sql ?? rule.sql, awsIotSqlVersion: rule.awsIotSqlVersion };
    return { payload, actions: rule.actions.flatMap((action) => Object.keys(action).slice(0, 1)) };
  }

  /** Those of a recording that pass, from an index on. Lets others run in between; what is too much is left to another call. */
  private async passing(
    { id, messages }: RecordedPage,
    begin: number,
    { ruleName, from, to }: Request,
    statement: CompiledRule,
    tally: Tally,
  ): Promise<BrokerMessage[]> {
    const passed: BrokerMessage[] = [];
    let turnStartedAt = performance.now();
    for (const [index, message] of messages.entries()) {
      if (index < begin || message.timestamp < from || message.timestamp > to) continue;
      if (!isFor(message.topic, ruleName, statement.topicFilter)) continue;
      if (tally.ms > MOST_MS || tally.messages >= MOST_MESSAGES) {
        tally.next = `${id}.${index}`;
        break;
      }
      const startedAt = performance.now();
      if (tally.count(message, this.evaluate(statement, message))) passed.push(message);
      const endedAt = performance.now();
      tally.ms += endedAt - startedAt;
      if (endedAt - turnStartedAt < TURN_MS) continue;
      await nextTurn();
      turnStartedAt = performance.now();
    }
    return passed;
  }

  /** Undefined for a statement that looks outside: it is evaluated when its actions run. */
  private evaluate(statement: CompiledRule, message: BrokerMessage): RuleResult | undefined {
    const result =
      statement.needs.length > 0
        ? undefined
        : statement.evaluate(openBrokerMessage(message), this.environment(message));
    return result instanceof Promise ? undefined : result;
  }

  /** A message that the rule is at work on already is not taken twice. */
  private async run(ruleName: string, messages: readonly BrokerMessage[]): Promise<void> {
    if (messages.length > 0) await this.inbox.add(messages.map((message) => ({ ruleName, message, isClaimed: false })));
  }

  private environment({ timestamp }: BrokerMessage): RuleEnvironment {
    return {
      timestamp,
      accountId: this.scope.account,
      newUuid: () => this.ids.uuid(),
      random: () => randomFraction(this.ids),
    };
  }
}

/** A cursor is the id of a recording and the index of the first message in it that is left. */
function cursorOf(after: string | undefined): [id: string | undefined, index: number] {
  const [id, index] = after?.split('.') ?? [];
  return [id, Number(index ?? 0)];
}

/** A message of Basic Ingest is for the rule it names, any other for those whose filter it matches. */
function isFor(topic: string, ruleName: string, topicFilter: string | undefined): boolean {
  const named = basicIngestRule(topic);
  if (named !== undefined) return named === ruleName;
  return topicFilter !== undefined && matchesFilter(topicFilter, topic);
}

/** Adds up what became of messages. */
class Tally {
  messages = 0;
  notRecorded = 0;
  /** Time that the statement took. */
  ms = 0;
  /** Where another call goes on. */
  next: string | undefined;
  private passed = 0;
  private readonly failed = new Map<string, number>();
  private readonly samples: Reply['samples'] = [];

  constructor(private readonly actions: readonly string[]) {}

  /** Counts a message; answers whether actions are to run for it. */
  count({ topic, timestamp }: BrokerMessage, result: RuleResult | undefined): boolean {
    this.messages++;
    const isFailed = result?.matched === false;
    if (isFailed) this.failed.set(result.reason, (this.failed.get(result.reason) ?? 0) + 1);
    else this.passed++;
    if (this.samples.length < SAMPLES) {
      this.samples.push({
        topic,
        timestamp,
        passed: !isFailed,
        ...(result?.matched && result.value !== undefined ? { output: result.value } : {}),
        ...(isFailed ? { reason: result.explanation } : {}),
      });
    }
    return !isFailed;
  }

  reply(): Reply {
    const counts = new Map<string, number>();
    for (const action of this.actions) counts.set(action, (counts.get(action) ?? 0) + this.passed);
    return {
      messages: this.messages,
      passed: this.passed,
      failed: [...this.failed].map(([reason, count]) => ({ reason, count })),
      actions: [...counts].map(([action, count]) => ({ action, count })),
      notRecorded: this.notRecorded,
      samples: this.samples,
      ...(this.next === undefined ? {} : { next: this.next }),
    };
  }
}
