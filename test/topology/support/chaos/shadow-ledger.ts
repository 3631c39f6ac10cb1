/** An update that somebody was told is stored. */
export interface AcceptedUpdate {
  readonly thingName: string;
  readonly version: number;
  readonly clientToken: string;
}

/** What was asked of shadows, and what of it was accepted. */
export class ShadowLedger {
  readonly #pending = new Set<string>();
  #accepted: AcceptedUpdate[] = [];
  #acceptedCount = 0;
  /** Updates that got no answer, whether they were stored or not. */
  unanswered = 0;

  begin(clientToken: string): void {
    this.#pending.add(clientToken);
  }

  accept(update: AcceptedUpdate): void {
    // A device that got no answer in time may get it later.
    this.#pending.delete(update.clientToken);
    this.#accepted.push(update);
    this.#acceptedCount++;
  }

  refuse(clientToken: string): void {
    this.#pending.delete(clientToken);
  }

  /** The answer has not come in time. */
  giveUp(clientToken: string): void {
    if (this.#pending.delete(clientToken)) this.unanswered++;
  }

  get inFlight(): number {
    return this.#pending.size;
  }

  get acceptedCount(): number {
    return this.#acceptedCount;
  }

  /** What was accepted since the last call. */
  takeAccepted(): AcceptedUpdate[] {
    const accepted = this.#accepted;
    this.#accepted = [];
    return accepted;
  }
}
