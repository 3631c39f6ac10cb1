import { read } from './files.js';

/** The environment variables that the product reads: what docs/settings.md lists, which a test holds to the code. */
export function settingsOfTheProduct(): Set<string> {
  const firstCells = [...read('docs/settings.md').matchAll(/^\| (`THINGCORE_[^|]+)\|/gm)].map(([, cell]) => cell!);
  return new Set(firstCells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name!)));
}

/** The variables that may name the file of a secret. */
export function secretFileSettings(): string[] {
  const settings = settingsOfTheProduct();
  return [...settings].filter((name) => name.endsWith('_FILE') && settings.has(name.replace(/_FILE$/, '')));
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
  const [, list = ''] = /const ROLES = \[([^\]]*)\]/.exec(read('docker/entrypoint.mjs')) ?? [];
  return [...list.matchAll(/'([^']+)'/g)].map(([, role]) => role!);
}
