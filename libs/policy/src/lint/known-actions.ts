import { compileGlob, parseGlob } from '../glob.js';

/** What an action is about. */
interface KnownAction {
  /** The kinds of its resources; `*` for an action that is asked about no single resource. */
  readonly kinds: readonly string[];
  /** Whether it is asked about MQTT connections: then there is a client id and perhaps a thing. */
  readonly isMqtt: boolean;
}

const mqtt = (kind: string): KnownAction => ({ kinds: [kind], isMqtt: true });
const http = (...kinds: string[]): KnownAction => ({ kinds, isMqtt: false });

/** AWS: "AWS IoT Core policy actions" and "AWS IoT Core action resources". */
export const KNOWN_ACTIONS: Readonly<Record<string, KnownAction>> = {
  'iot:Connect': mqtt('client'),
  'iot:Publish': mqtt('topic'),
  'iot:RetainPublish': mqtt('topic'),
  'iot:Subscribe': mqtt('topicfilter'),
  'iot:Receive': mqtt('topic'),
  'iot:GetRetainedMessage': http('topic'),
  'iot:ListRetainedMessages': http('*'),
  'iot:GetThingShadow': http('thing'),
  'iot:UpdateThingShadow': http('thing'),
  'iot:DeleteThingShadow': http('thing'),
  'iot:ListNamedShadowsForThing': http('thing', '*'),
  'iot:DescribeJobExecution': http('thing'),
  'iot:GetPendingJobExecutions': http('thing'),
  'iot:StartNextPendingJobExecution': http('thing'),
  'iot:UpdateJobExecution': http('thing'),
  'iot:AssumeRoleWithCertificate': http('rolealias'),
  'iot:DeleteConnection': http('client'),
  'iot:GetConnection': http('client'),
  'iot:ListSubscriptions': http('client'),
  'iot:SendDirectMessage': http('client'),
};

/** The names of the actions that a pattern such as `iot:*Shadow` means. */
export function actionsOf(pattern: string): string[] {
  const glob = compileGlob(parseGlob(pattern.toLowerCase()));
  return Object.keys(KNOWN_ACTIONS).filter((name) => glob.matches(name.toLowerCase()));
}

/** The kinds of resource that actions are about. */
export function kindsOf(actions: readonly string[]): Set<string> {
  return new Set(actions.flatMap((name) => KNOWN_ACTIONS[name]?.kinds ?? []));
}
