import { EXIT_CODES, Failure } from './failure.js';
import type { Instance } from './instance.js';

const MQTTS_PORT = 8883;

/** Where devices connect: what the command line says, what the data directory says, or the usual port of the same host. */
export function mqttsUrlOf({ endpoints, graphqlUrl }: Instance, given: string | undefined): string {
  const url = given ?? endpoints['mqtts'] ?? `mqtts://${new URL(graphqlUrl).hostname}:${MQTTS_PORT}`;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'mqtts:' && parsed.hostname !== '') {
    return `mqtts://${parsed.hostname}:${parsed.port || MQTTS_PORT}`;
  }
  throw new Failure(
    'InvalidEndpoint',
    `--mqtt-endpoint "${url}" is no address of MQTT over TLS: write it as in mqtts://iot.example.com:8883`,
    EXIT_CODES.usage,
  );
}
