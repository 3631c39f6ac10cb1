import type { AccessRole } from '#thingcore/contracts';

const EVERYTHING = policyOf('iot:*');

/** What changes nothing over HTTPS: the same as a viewer may ask for at the gateway. */
const READS = [
  'iot:GetThingShadow',
  'iot:ListNamedShadowsForThing',
  'iot:GetRetainedMessage',
  'iot:ListRetainedMessages',
  'iot:GetConnection',
  'iot:ListSubscriptions',
];

/**
 * What the holder of an access key may do over MQTT and HTTPS, as a policy, by the role of the key. Roles and no policies of
 * its own, as everywhere where an access key counts: who may change things by the API may publish, who may look may listen.
 * A viewer has no last will, since that is a message.
 */
export const ROLE_POLICIES: Readonly<Record<AccessRole, string>> = {
  admin: EVERYTHING,
  operator: EVERYTHING,
  viewer: policyOf(['iot:Connect', 'iot:Subscribe', 'iot:Receive', ...READS]),
};

function policyOf(actions: string | readonly string[]): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }],
  });
}
