import { Injectable } from '@nestjs/common';
import { Clock, IdGenerator, Scope } from '#thingcore/platform';

/** What every registry event says of itself. */
export interface EventStamp {
  readonly eventId: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly accountId: string;
}

/** Gives each event its own id, the time and the account. */
@Injectable()
export class EventStamps {
  constructor(
    private readonly ids: IdGenerator,
    private readonly clock: Clock,
    private readonly scope: Scope,
  ) {}

  /** The stamp of one event. */
  next(): EventStamp {
    return { eventId: this.ids.uuid(), timestamp: this.clock.now(), accountId: this.scope.account };
  }
}
