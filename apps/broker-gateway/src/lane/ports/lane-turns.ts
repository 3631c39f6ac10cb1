/** Turns among the nodes: what one of them does at a time. */
export interface LaneTurns {
  /** Takes the turn for something; false when another node has it. It ends by itself after ten seconds. */
  take(name: string): Promise<boolean>;
  /** Lets others have their turn. */
  end(name: string): Promise<void>;
}

/** The way of a node that is alone. */
export const NO_TURNS: LaneTurns = { take: () => Promise.resolve(true), end: () => Promise.resolve() };
