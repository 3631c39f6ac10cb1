import { read } from './files.js';

/** What is set beside what docs/settings.md lists (a test holds that page to the code): where Redis is. */
const DISTRIBUTED = 'THINGCORE_REDIS_URL';

/** The environment variables that the product reads. */
export function settingsOfTheProduct(): Set<string> {
  return new Set([
    DISTRIBUTED,
    ...[...read('docs/settings.md').matchAll(/^\| `(THINGCORE_\w+)`/gm)].map(([, name]) => name!),
  ]);
}

/** The port that a setting has unless it is set. */
export function defaultPort(setting: string): number {
  const [, port] = new RegExp(`^\\| \`${setting}\` *\\| \`(\\d+)\``, 'm').exec(read('docs/settings.md')) ?? [];
  if (port === undefined) throw new Error(`docs/settings.md names no default of ${setting}`);
  return Number(port);
}

/** The longest that a process takes to stop, in seconds. */
export function stopLimitSeconds(): number {
  const [, ms] = /STOP_LIMIT_MS = (\d+)_000/.exec(read('libs/platform/src/run-until-stopped.ts')) ?? [];
  return Number(ms);
}

/** The roles that the image knows. */
export function rolesOfTheImage(): string[] {
  const [, list = ''] = /const ROLES = \[(.*)\]/.exec(read('docker/entrypoint.mjs')) ?? [];
  return [...list.matchAll(/'([^']+)'/g)].map(([, role]) => role!);
}
