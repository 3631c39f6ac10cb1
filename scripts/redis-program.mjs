// Finds a Redis server program, and installs one with the system's package manager when it may.
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

const PROGRAMS = ['redis-server', 'valkey-server'];

/** How each package manager installs a Redis server. */
const PACKAGE_MANAGERS = [
  {
    program: 'apt-get',
    commands: [
      ['update', '-qq'],
      ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'],
    ],
    needsRoot: true,
  },
  { program: 'dnf', commands: [['install', '-y', '-q', 'valkey']], needsRoot: true },
  { program: 'apk', commands: [['add', '--quiet', 'redis']], needsRoot: true },
  { program: 'pacman', commands: [['-Sy', '--noconfirm', 'valkey']], needsRoot: true },
  { program: 'brew', commands: [['install', '--quiet', 'redis']], needsRoot: false },
];

/** The path of a Redis or Valkey server on the PATH, if there is one. */
export function findRedis() {
  return PROGRAMS.map(find).find((path) => path !== undefined);
}

/** The path of a Redis server, installed if need be; undefined when there is none and none could be installed. */
export function findOrInstallRedis() {
  return findRedis() ?? (install() ? findRedis() : undefined);
}

function install() {
  const manager = PACKAGE_MANAGERS.find(({ program }) => find(program) !== undefined);
  if (manager === undefined) return false;
  const prefix = privileges(manager.needsRoot);
  if (prefix === undefined) return false;
  process.stdout.write(`Installing a Redis server with ${manager.program} ...\n`);
  try {
    for (const args of manager.commands) {
      const [program, ...rest] = [...prefix, manager.program, ...args];
      execFileSync(program, rest, {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
      });
    }
    return true;
  } catch {
    return false;
  }
}

/** What to put before a command that needs the rights of root: nothing, or sudo that does not ask; undefined if neither. */
function privileges(needsRoot) {
  if (!needsRoot || process.getuid?.() === 0) return [];
  if (find('sudo') === undefined) return undefined;
  try {
    execFileSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
    return ['sudo', '-n'];
  } catch {
    return undefined;
  }
}

function find(program) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
