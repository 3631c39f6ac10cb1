import type { RuleExplanation } from '#thingcore/contracts';
import type { RuleExplanation as Explained } from '#thingcore/rules-sql';

/** An explanation as it travels: an expression that is Undefined has no value. */
export function toExplanation({ summary, expressions }: Explained): RuleExplanation {
  return {
    summary,
    expressions: expressions.map(({ value, ...expression }) => ({
      ...expression,
      ...(value === undefined ? {} : { value }),
    })),
  };
}
