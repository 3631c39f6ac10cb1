import { Inject, Injectable } from '@nestjs/common';
import { Lifecycle, Logger, type Part } from '#thingcore/platform';
import { DeadLetterStore } from '../dead-letters/dead-letter.store.js';
import { InboxGauges } from '../metrics/inbox-gauges.js';
import { RulesMetrics } from '../metrics/rules-metrics.js';
import { RULES_CONFIG, type RulesConfig } from '../rules.config.js';
import { InboxIntake } from './inbox-intake.js';
import { InboxStore } from './inbox.store.js';

const LOOK_MS = 5_000;

/** Keeps what rules leave on the disk within bounds: tells the intake, and the metrics, how full the inbox is, and deletes old dead letters. */
@Injectable()
export class StoredBounds implements Part {
  readonly name = 'rules storage';
  readonly stage = 'prepare';
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();

  constructor(
    @Inject(RULES_CONFIG) private readonly config: RulesConfig,
    private readonly intake: InboxIntake,
    private readonly inbox: InboxStore,
    private readonly gauges: InboxGauges,
    private readonly deadLetters: DeadLetterStore,
    private readonly metrics: RulesMetrics,
    private readonly logger: Logger,
    lifecycle: Lifecycle,
  ) {
    lifecycle.add(this);
  }

  async start(): Promise<void> {
    await this.look();
    this.timer = setInterval(() => void this.look(), LOOK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  /** Looks now; one look after the other. A failure is for the next one to repair. */
  look(): Promise<void> {
    this.looking = this.looking.then(async () => {
      try {
        const waiting = await this.intake.measure();
        this.gauges.show(waiting, waiting === 0 ? undefined : await this.inbox.oldestAt());
        await this.boundDeadLetters();
      } catch (error) {
        this.logger.warn('what rules have stored could not be looked after; trying again', { error: String(error) });
      }
    });
    return this.looking;
  }

  private async boundDeadLetters(): Promise<void> {
    const { deadLetterLimit } = this.config;
    const discarded = await this.deadLetters.keepNewest(deadLetterLimit);
    if (discarded === 0) return;
    this.metrics.deadLettersDiscarded.inc(discarded);
    this.logger.warn('the oldest dead letters were deleted: there are more than THINGCORE_RULES_DEAD_LETTER_LIMIT', {
      discarded,
      kept: deadLetterLimit,
    });
  }
}
