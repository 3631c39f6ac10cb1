import type { PublishForms } from '../packets/publish-forms.js';
import type { PublishFrame } from '../packets/publish-frame.js';
import { textOfKey } from '../packets/utf8-text.js';
import type { Recipient } from '../routing/recipient.js';
import type { Route } from '../routing/route.js';
import { type ChoiceTerms, FIRST_CHOICE, type GroupChoice, type SharedGroup } from '../routing/shared-group.js';
import type { RemoteCourier } from './remote-courier.js';

/** Who was chosen of a group. */
export interface GroupPick {
  readonly group: SharedGroup;
  readonly choice: GroupChoice;
}

/** What the delivery to groups works with. */
export interface GroupDeliveryContext {
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Puts a message for a member into the queue of its session and tells it. */
  queue(frame: PublishFrame, member: Recipient): Promise<void>;
}

/** Brings messages to one member of each shared subscription that matches. */
export class GroupDelivery {
  constructor(
    private readonly forms: PublishForms,
    private readonly courier: RemoteCourier,
    private readonly context: GroupDeliveryContext,
  ) {}

  /** Chooses for a message; groups of which nobody can have it are left out. */
  pick(groups: readonly SharedGroup[], terms: ChoiceTerms): GroupPick[] {
    const picks: GroupPick[] = [];
    for (const group of groups) {
      const choice = group.pick(this.context.random, terms);
      if (choice !== undefined) picks.push({ group, choice });
    }
    return picks;
  }

  /**
   * Delivers a message that `forms` are turned to; what is for other nodes is left to the courier.
   *
   * @param picks who was chosen when the message was stored; without them it is chosen now, for a message that has to be
   *   in no queue
   * @returns when the message is safe for those whose member had gone since it was chosen
   */
  deliver(
    frame: PublishFrame,
    route: Route,
    groups: readonly SharedGroup[],
    picks: readonly GroupPick[] | undefined,
  ): Promise<unknown> | undefined {
    let late: Promise<void>[] | undefined;
    const isLate = (group: SharedGroup) => {
      // Not within this delivery, whose errands the courier still collects.
      (late ??= []).push(Promise.resolve().then(() => this.deliverAgain(frame, route, group, 1)));
    };
    if (picks === undefined) {
      for (const group of groups) {
        const choice = group.pick(this.context.random, FIRST_CHOICE.unstored);
        if (choice === undefined) continue;
        // A member with a queue that came after it was decided that nothing has to be stored.
        if (typeof choice !== 'string' && isQueued(choice, frame)) isLate(group);
        else this.bring(frame, route, group, choice);
      }
    } else {
      for (const { group, choice } of picks) if (!this.bring(frame, route, group, choice)) isLate(group);
    }
    return late && Promise.all(late);
  }

  /**
   * Chooses again and delivers: to a member here if there is one. It keeps the frame.
   *
   * @param hops how many nodes have chosen before
   */
  async deliverAgain(frame: PublishFrame, route: Route, group: SharedGroup, hops: number): Promise<void> {
    const { random } = this.context;
    const canQueue = frame.qos > 0;
    const choice = group.pickHere(random) ?? group.pick(random, { canQueue, hops });
    if (choice === undefined) return;
    if (typeof choice !== 'string' && isQueued(choice, frame)) {
      await this.context.queue(frame, choice);
      return;
    }
    this.forms.use(frame);
    this.bring(frame, route, group, choice);
    const handedOver = this.courier.send(frame, undefined, Math.max(hops, 1));
    this.forms.release();
    await handedOver;
  }

  /** False when the member has gone. What is in the queue of a session needs nothing more. */
  private bring(frame: PublishFrame, route: Route, group: SharedGroup, choice: GroupChoice): boolean {
    if (typeof choice === 'string') {
      this.courier.to(choice).groups.push(textOfKey(group.filterKey));
      return true;
    }
    if (isQueued(choice, frame)) return true;
    const { receiver } = choice.session;
    receiver?.deliver(this.forms, frame, choice, route.topic);
    return receiver !== undefined;
  }
}

function isQueued({ session, qos }: Recipient, frame: PublishFrame): boolean {
  return session.isPersistent && qos > 0 && frame.qos > 0;
}
