import { Injectable } from '@nestjs/common';
import type { DeadLetter, DeadLetterSelection } from '#thingcore/contracts';
import { InboxWorker } from '../delivery/inbox-worker.js';
import { RuleSet } from '../topic-rules/rule-set.js';
import { DeadLetterStore } from './dead-letter.store.js';

/** What came of a replay. */
export interface Replayed {
  readonly replayed: number;
  readonly refused: { id: string; reason: string }[];
}

/** Shows the messages that actions failed on for good, and gives them back to their rules. */
@Injectable()
export class DeadLetterService {
  constructor(
    private readonly store: DeadLetterStore,
    private readonly rules: RuleSet,
    private readonly inbox: InboxWorker,
  ) {}

  async list(
    limit: number,
    ruleName?: string,
    after?: string,
  ): Promise<{ deadLetters: DeadLetter[]; nextToken?: string }> {
    const found = await this.store.list(limit + 1, ruleName, after);
    const deadLetters = found.slice(0, limit);
    const last = deadLetters.at(-1);
    return found.length > limit && last !== undefined ? { deadLetters, nextToken: last.id } : { deadLetters };
  }

  /** Gives them back to their rules as they are now, and says which could not be and why. */
  async replay(selection: DeadLetterSelection): Promise<Replayed> {
    await this.rules.refresh();
    const letters = await this.store.select(selection);
    const refused: Replayed['refused'] = [];
    const wanted: string[] = [];
    for (const letter of letters) {
      const reason = this.whyNot(letter);
      if (reason === undefined) wanted.push(letter.id);
      else refused.push({ id: letter.id, reason });
    }
    const moved = new Set(wanted.length === 0 ? [] : await this.store.moveToInbox(wanted));
    for (const id of wanted) {
      if (!moved.has(id)) refused.push({ id, reason: 'the rule is at work on the message already; try again later' });
    }
    if (moved.size > 0) this.inbox.wake();
    return { replayed: moved.size, refused };
  }

  delete(selection: DeadLetterSelection): Promise<number> {
    return this.store.delete(selection);
  }

  private whyNot({ ruleName, action, actionIndex }: Pick<DeadLetter, 'ruleName' | 'action' | 'actionIndex'>) {
    const rule = this.rules.find(ruleName);
    if (rule === undefined) return `the rule ${ruleName} does not exist or is disabled`;
    if (actionIndex === undefined || rule.actions[actionIndex]?.key === action) return undefined;
    return `the rule ${ruleName} has another action than ${action} at place ${actionIndex} now`;
  }
}
