import { LruMap } from '../bounds/lru-map.js';
import { KeyedRate } from './keyed-rate.js';

/** Client ids remembered. */
const CLIENT_IDS = 100_000;
/** Client ids that flap, remembered. */
const FLAPPING = 10_000;

const MINUTE_MS = 60_000;

/** What counts as flapping, and for how long it is refused. */
export interface FlapLimits {
  /** CONNECTs within a minute. */
  readonly flappingConnects: number;
  /** 0 refuses nothing. */
  readonly flappingRestSeconds: number;
}

/** What is made of a CONNECT. */
export interface FlapVerdict {
  readonly isRefused: boolean;
  /** Whether the client id begins to flap now: true once a minute, or once a rest. */
  readonly isNew: boolean;
}

const CALM: FlapVerdict = { isRefused: false, isNew: false };

/** Finds client ids that connect again and again, as two devices with one client id do that take it from each other. */
export class FlapWatch {
  private readonly rate: KeyedRate;
  private readonly flappingUntil = new LruMap<string, number>(FLAPPING);
  private readonly restMs: number;

  constructor({ flappingConnects, flappingRestSeconds }: FlapLimits) {
    this.rate = new KeyedRate({ burst: flappingConnects, perSecond: flappingConnects / 60 }, CLIENT_IDS);
    this.restMs = flappingRestSeconds * 1000;
  }

  /** Notes a CONNECT at a time in milliseconds. */
  note(clientId: string, now: number): FlapVerdict {
    const isRefused = this.restMs > 0;
    const until = this.flappingUntil.get(clientId);
    if (until !== undefined && now < until) return { isRefused, isNew: false };
    if (this.rate.take(clientId, now)) return CALM;
    this.flappingUntil.set(clientId, now + (isRefused ? this.restMs : MINUTE_MS));
    return { isRefused, isNew: true };
  }
}
