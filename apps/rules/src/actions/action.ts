import type { JsonObject, JsonValue } from '#thingcore/errors';
import type { CompiledTemplate, RuleEnvironment, RuleMessage, RuleVariables } from '#thingcore/rules-sql';

/** What one message gives to every action of a rule. */
export interface ActionInput {
  /** The message as it came in: templates read it, not the outgoing payload. */
  readonly message: RuleMessage;
  readonly environment: RuleEnvironment;
  readonly variables?: RuleVariables | undefined;
  /** How often rules have republished what led to the message. */
  readonly hops: number;
  /** The id that log lines carry of all that the message leads to. */
  readonly correlationId?: string | undefined;
  /** W3C Trace Context, within a trace. */
  readonly traceparent?: string | undefined;
  readonly output: OutgoingPayload;
}

/** The result of SELECT, or the error message for an error action. */
export interface OutgoingPayload {
  readonly bytes: Uint8Array;
  /** The same as JSON; undefined when it is none. */
  readonly value: JsonValue | undefined;
}

/** An action of a rule, checked and ready. It may keep state between messages: it lives as long as its rule stays as it is. */
export interface CompiledAction {
  /** Its key in the rule: `republish`. */
  readonly key: string;
  /** Its name in error messages. AWS: `RepublishAction`. */
  readonly failedAction: string;
  /** What it acts on, as the rule writes it; a failure may know it better and say so in `details.resource`. */
  readonly resource: string;
  /**
   * What is left alone for a while when it fails again and again, together with all actions of the same destination.
   * Left out: what it acts on, as the rule writes it. Null: nothing, for what is part of the platform.
   */
  readonly destination?: string | null | undefined;
  /**
   * Whether messages wait while what it acts on is away (`ServiceUnavailable`), for minutes, instead of failing after three
   * tries: so it is with what the operator runs beside the platform, and starts again. It has no `destination` then.
   */
  readonly waitsForReturn?: true | undefined;
  /** Why it cannot be done in this installation; undefined when it can. A rule with such an action is refused. */
  readonly unavailable?: string | undefined;
  /** Sets up what the action needs beyond its rule, each time that the rule is stored. */
  readonly prepare?: (() => Promise<void>) | undefined;
  /**
   * Does it for one message. Rejects, or throws at once, with an `IotError`; `retryable` says whether a later try may succeed. Every try for
   * a message gets the same input object.
   */
  execute(input: ActionInput): Promise<void>;
  /**
   * Does it for messages that came together, for less than each by itself costs. Answers the inputs that failed with their
   * errors, which are those of `execute`; rejects, or throws at once, when all failed. Left out where nothing is won.
   */
  executeAll?(inputs: readonly ActionInput[]): Promise<ActionFailures>;
}

/** What came of several inputs: those that failed, with their errors. */
export type ActionFailures = ReadonlyMap<ActionInput, unknown>;

/** What an action may use while its rule is compiled. */
export interface ActionScope {
  /** The rule it belongs to. */
  readonly ruleName: string;
  /** Where the action stands in the rule, for messages: `actions[0].republish`. */
  readonly path: string;
  /** Whether it handles the errors of the other actions. */
  readonly isErrorAction: boolean;
  /** Compiles a text of the action. Errors: `SqlParse` with details `field`, `line`, `column`. */
  template(text: string, field: string): CompiledTemplate;
}

/** A kind of action. */
export interface ActionKind {
  readonly key: string;
  /** Reads the action of a rule. Errors: `InvalidRequest` with details `field`. */
  parse(config: JsonObject, scope: ActionScope): CompiledAction;
}

/** The kinds of action there are; the token to inject. */
export const ACTION_KINDS = Symbol('ActionKinds');
