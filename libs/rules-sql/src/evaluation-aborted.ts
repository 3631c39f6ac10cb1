/** Why an evaluation ended without a result: a bound was reached, or the payload cannot take what SELECT adds to it. */
export type AbortReason = 'limit' | 'payload';

/** Ends an evaluation from within; it is caught at the edge of the library and becomes the reason of a result. */
export class EvaluationAborted extends Error {
  override readonly name = 'EvaluationAborted';
  readonly reason: AbortReason;

  constructor(reason: AbortReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Guards what grows a text: nested replacements could otherwise multiply its length without end. */
export function boundedText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  throw new EvaluationAborted('limit', `A text of ${text.length} characters is over the limit of ${limit}`);
}
