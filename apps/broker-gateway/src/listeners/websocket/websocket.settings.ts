import { port, setting } from '#thingcore/platform';
import { z } from 'zod';

/** What MQTT over WebSocket can be told. */
export const webSocketSettings = {
  wsPort: setting('THINGCORE_WS_PORT', port(8080), 'Port of plain MQTT over WebSocket, at the path /mqtt'),
  wsHost: setting(
    'THINGCORE_WS_HOST',
    z.string().default('127.0.0.1'),
    'Address of plain MQTT over WebSocket; anything but loopback needs THINGCORE_BROKER_ANONYMOUS_POLICY',
  ),
  wsOrigins: setting(
    'THINGCORE_WS_ORIGINS',
    z
      .string()
      .default('')
      .transform((text) =>
        text
          .split(',')
          .map((origin) => origin.trim())
          .filter((origin) => origin !== ''),
      ),
    'Origins of web pages, such as `https://fleet.example.com`, that may open a WebSocket beside those of this machine; separated by commas, `*` for all',
  ),
};
