import { relative } from 'node:path';
import type { DataDirectory } from '#thingcore/platform';
import type { Endpoints } from './endpoints.js';

/** Tells the person at the terminal what runs, where the key is, and what to try first. */
export function welcome(endpoints: Endpoints, dataDirectory: DataDirectory): void {
  const file = (name: string) => relative(process.cwd(), dataDirectory.join(name)) || name;
  const { port } = new URL(endpoints.mqtt);
  process.stdout.write(`
Thingcore is ready.

  GraphQL            ${endpoints.graphql}
  MQTT over TLS      ${endpoints.mqtts}   (client certificates; verify the server with ${file('ca.pem')})
  HTTPS data plane   ${endpoints.https}   (client certificates too; MQTT over WebSocket: ${endpoints.wss})
  MQTT, this machine ${endpoints.mqtt}   (over WebSocket: ${endpoints.ws})
  metrics, health    ${endpoints.metrics}
  API key            in ${file('api-key')}

Three things to try, in another terminal:

  1. Create a thing:
     curl -s ${endpoints.graphql} -H "Authorization: Bearer $(cat ${file('api-key')})" -H 'Content-Type: application/json' \\
       -d '{"query":"mutation { createThing(input: {name: \\"lamp\\"}) { thing { name arn } } }"}'

  2. Report its state as a device does (any MQTT client; this one is of the package mosquitto-clients):
     mosquitto_pub -p ${port} -i lamp -t '$aws/things/lamp/shadow/update' -m '{"state":{"reported":{"on":true}}}'

  3. Replay the readings of a real machine through a certificate, a shadow and a rule:
     npm run demo

Ctrl-C stops it.
`);
}
