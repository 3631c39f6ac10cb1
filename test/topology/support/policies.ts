import type { Json } from './application.js';

const SCOPE = 'arn:aws:iot:us-east-1:123456789012';
const THING = '${iot:Connection.Thing.ThingName}';

/** Topics that every device may use both ways; they hold its own name, so no device reaches those of another. */
const OWN_TOPICS = [`telemetry/${THING}/*`, `$aws/things/${THING}/shadow/*`, `commands/${THING}`, `alerts/${THING}`];

/** One policy for all devices: each may connect under its own name and use its own topics. */
export const DEVICE_POLICY: readonly Json[] = [
  { Effect: 'Allow', Action: 'iot:Connect', Resource: `${SCOPE}:client/${THING}` },
  {
    Effect: 'Allow',
    Action: ['iot:Publish', 'iot:Receive'],
    Resource: OWN_TOPICS.map((topic) => `${SCOPE}:topic/${topic}`),
  },
  {
    Effect: 'Allow',
    Action: 'iot:Subscribe',
    Resource: OWN_TOPICS.map((topic) => `${SCOPE}:topicfilter/${topic}`),
  },
];

/** Under this policy a device may subscribe to all of its inbox, but what is secret is not delivered. */
export const NO_SECRETS: readonly Json[] = [
  { Effect: 'Allow', Action: 'iot:Subscribe', Resource: `${SCOPE}:topicfilter/inbox/${THING}/#` },
  { Effect: 'Allow', Action: 'iot:Receive', Resource: `${SCOPE}:topic/inbox/${THING}/*` },
  { Effect: 'Deny', Action: 'iot:Receive', Resource: `${SCOPE}:topic/inbox/${THING}/secret` },
];
