import { port, setting } from '#thingcore/platform';
import { z } from 'zod';

/** What the HTTPS data plane can be told. */
export const dataPlaneSettings = {
  httpsPort: setting(
    'THINGCORE_HTTPS_PORT',
    port(8443),
    'Port of HTTPS and of MQTT over WebSocket (wss, path /mqtt) with client certificates; MQTT too for clients that choose `x-amzn-mqtt-ca` or `mqtt` by ALPN',
  ),
  httpsHost: setting('THINGCORE_HTTPS_HOST', z.string().default('0.0.0.0'), 'Address of the HTTPS data plane'),
};
