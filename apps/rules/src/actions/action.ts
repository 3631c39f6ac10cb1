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
  /** Does it for one message. Rejects with an `IotError`; `retryable` says whether a later try may succeed. */
  execute(input: ActionInput): Promise<void>;
}

/** What an action may use while its rule is compiled. */
export interface ActionScope {
  /** Where the action stands in the rule, for messages: `actions[0].republish`. */
  readonly path: string;
  /** Compiles a text of the action. Errors: `SqlParse` with details `field`, `line`, `column`. */
  template(text: string, field: string): CompiledTemplate;
}

/** A kind of action. */
export interface ActionKind {
  readonly key: string;
  /** Why rules with this action are refused here and now; undefined when they are not. */
  readonly unavailable: string | undefined;
  /** Reads the action of a rule. Errors: `InvalidRequest` with details `field`. */
  parse(config: JsonObject, scope: ActionScope): CompiledAction;
}

/** The kinds of action there are; the token to inject. */
export const ACTION_KINDS = Symbol('ActionKinds');
