import { z } from 'zod';
import { port, setting, type ConfigOf } from './config.js';
import { LOG_LEVELS } from './logger.js';

/** What every process of Thingcore can be told. */
export const platformSettings = {
  dataDirectory: setting(
    'THINGCORE_DATA_DIR',
    z.string().default('.thingcore'),
    'Folder for keys, endpoints and the embedded databases',
  ),
  logLevel: setting('THINGCORE_LOG_LEVEL', z.enum(LOG_LEVELS).default('info'), 'How much is logged'),
  logFormat: setting(
    'THINGCORE_LOG_FORMAT',
    z.enum(['json', 'text']).default(process.stdout.isTTY ? 'text' : 'json'),
    'One line of JSON for machines, or text for a terminal (the default at one)',
  ),
  metricsPort: setting('THINGCORE_METRICS_PORT', port(9464), 'Port of /healthz, /readyz and /metrics'),
  metricsHost: setting(
    'THINGCORE_METRICS_HOST',
    z.string().default('127.0.0.1'),
    'Address of /healthz, /readyz and /metrics',
  ),
  region: setting(
    'THINGCORE_REGION',
    z
      .string()
      .regex(/^[a-z0-9-]+$/, 'must be letters, digits and hyphens')
      .default('us-east-1'),
    'Region in ARNs',
  ),
  account: setting(
    'THINGCORE_ACCOUNT',
    z
      .string()
      .regex(/^\d{12}$/, 'must be 12 digits')
      .default('123456789012'),
    'Account in ARNs',
  ),
};

/** What every process of Thingcore was told. */
export type PlatformConfig = ConfigOf<typeof platformSettings>;
