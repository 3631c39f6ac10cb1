import type { CostHints } from '../limits/operation-cost.js';

/** What a list says that is no page of anything: see {@link PART_OF_DOCUMENT}. */
export interface PartHint extends CostHints {
  readonly isPartOfDocument: true;
}

/**
 * `@Extensions(PART_OF_DOCUMENT)` on a list of objects: it is part of one document that is stored, sent or computed as a
 * whole and whose size is limited, as the user properties of a message or the statements of a denial are. Whoever asks
 * for the document has paid for it. Every other list of objects is a connection, or says with `@Extensions({ listSize })`
 * how many entries it has at most.
 */
export const PART_OF_DOCUMENT = { isPartOfDocument: true, cost: 0 } as const satisfies PartHint;
