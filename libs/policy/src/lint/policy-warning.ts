/** The mistakes that the linter knows, each with what it does. */
export type PolicyWarningCode =
  /** `Allow iot:*` on `*`. */
  | 'AllowsEverything'
  /** A Deny of a filter that a wider filter walks around. */
  | 'AvoidableDeny'
  /** Two statements have one Sid. */
  | 'DuplicateSid'
  /** `+` or `#` in a topic, where they are ordinary characters that no topic has. */
  | 'MqttWildcardInTopic'
  /** A resource in another region or account. */
  | 'OtherScope'
  /** A resource, or an action, that nothing else in its statement fits. */
  | 'NeverMatches'
  /** `iot:RetainPublish`, but no `iot:Publish`. */
  | 'RetainWithoutPublish'
  /** `iot:Subscribe`, but no `iot:Receive`. */
  | 'SubscribeWithoutReceive'
  /** `iot:Publish` or `iot:Receive` on a topic filter. */
  | 'TopicFilterForTopic'
  /** `iot:Subscribe` on a topic. */
  | 'TopicForTopicFilter'
  /** An action that is never asked for. */
  | 'UnknownAction'
  /** A variable or the key of a condition that does not exist. */
  | 'UnknownContextKey'
  /** A variable or the key of a condition in another spelling than AWS has. */
  | 'UnusualSpelling'
  /** A variable or the key of a condition that never has a value where it stands. */
  | 'UnresolvableContextKey'
  /** A Connect that lets anybody take any client id. */
  | 'WildcardConnect';

/** Something in a policy that the grammar allows and that its author hardly means. Plain JSON. */
export interface PolicyWarning {
  readonly code: PolicyWarningCode;
  /** What is wrong and what to write instead. */
  readonly message: string;
  /** The statement, counted from 0. */
  readonly statementIndex: number;
  /** Where it is in the document, e.g. `Statement[0].Resource[1]`. */
  readonly field: string;
  /** The place in the text, counted from 1; absent when a parsed document was checked. */
  readonly line?: number;
  readonly column?: number;
}

/** A warning before its place is spelled: the names and indices that lead from the statement to what is meant. */
export interface Finding {
  readonly code: PolicyWarningCode;
  readonly message: string;
  readonly statementIndex: number;
  readonly steps: readonly (string | number)[];
}
