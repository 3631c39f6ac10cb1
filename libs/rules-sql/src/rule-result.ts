import { type JsonValue } from '#thingcore/errors';
import { type RuleVariables } from './evaluation.js';
import { type AbortReason } from './evaluation-aborted.js';

/**
 * No action runs. `where`: the condition was not true. `payload`: SELECT adds columns to a payload that is not JSON.
 * `limit`: a bound of the evaluation was reached. The last two are failures the owner of the rule should hear of.
 */
export interface UnmatchedRule {
  readonly matched: false;
  readonly reason: 'where' | AbortReason;
  /** The clause in which that was found. */
  readonly clause: 'SET' | 'WHERE' | 'SELECT';
  /** What happened, for logs and for the tester of rules. */
  readonly explanation: string;
}

/** The outgoing payload, for every action of the rule. */
export interface MatchedRule {
  readonly matched: true;
  /** The bytes to send: minified JSON, the payload as it came for `SELECT *`, nothing for an Undefined value. */
  readonly output: Uint8Array;
  /** The same as JSON with numbers as doubles; undefined when it is not JSON. Shared: do not change it. */
  readonly value: JsonValue | undefined;
  readonly encoding: 'json' | 'binary';
  /** For the templates of the rule's actions. */
  readonly variables: RuleVariables;
}

/** What the evaluation of a rule gives. */
export type RuleResult = UnmatchedRule | MatchedRule;
