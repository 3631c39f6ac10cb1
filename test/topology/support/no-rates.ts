/**
 * For `THINGCORE_BROKER_LIMITS`: no rates for one client. Tests connect a client id again at once and send what they have at
 * once; with AWS a client may connect once and send a hundred messages a second, which devices of tests do not wait for.
 */
export const NO_RATES = [
  'connectsPerSecondPerClientId=1000',
  ...['publishesPerSecond', 'deliveriesPerSecond', 'bytesPerSecond'].map((name) => `${name}=unlimited`),
  ...['storedMessagesPerSecond', 'retainedPublishesPerSecondPerTopic'].map((name) => `${name}=unlimited`),
].join(', ');
