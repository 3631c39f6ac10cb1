// What the other scripts need before they can use anything: dependencies installed, sources built.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const NEEDED_NODE = [20, 19];

/** Ends the program with one line that says what to do. */
export function fail(line) {
  process.stderr.write(`thingcore: ${line}\n`);
  process.exit(1);
}

/** Installs what is missing and builds what is stale. */
export async function prepare() {
  checkNode();
  if (isInstallNeeded()) {
    // Not "npm ci": it refuses a lock file without the builds of native packages for every other platform.
    await step('Installing dependencies', 'npm', [
      'install',
      '--no-save',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ]);
  }
  if (isBuildStale()) {
    await step('Building', process.execPath, [
      join('node_modules', 'typescript', 'bin', 'tsc'),
      '-p',
      'tsconfig.build.json',
    ]);
  }
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NEEDED_NODE[0] || (major === NEEDED_NODE[0] && minor >= NEEDED_NODE[1])) return;
  fail(`Node.js ${NEEDED_NODE.join('.')} or newer is needed, this is ${process.versions.node}`);
}

/** npm keeps a copy of the lock file in node_modules: it is older than the lock when something has to be installed. */
function isInstallNeeded() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  return !existsSync(installed) || modified(installed) < modified(join(root, 'package-lock.json'));
}

function isBuildStale() {
  const built = join(root, 'dist', '.tsbuildinfo');
  if (!existsSync(built)) return true;
  const builtAt = modified(built);
  const settings = ['package.json', 'tsconfig.json', 'tsconfig.build.json'].map((file) => join(root, file));
  return (
    settings.some((file) => modified(file) > builtAt) ||
    ['apps', 'libs'].some((folder) => hasNewer(join(root, folder), builtAt))
  );
}

function hasNewer(folder, instant) {
  return readdirSync(folder, { withFileTypes: true }).some((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? hasNewer(path, instant) : entry.name.endsWith('.ts') && modified(path) > instant;
  });
}

function modified(file) {
  return statSync(file).mtimeMs;
}

/** Runs one long step, showing that it goes on; its output is shown only when it fails. */
export async function step(title, command, args, environment = process.env) {
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 1000);
  const isTerminal = process.stdout.isTTY;
  process.stdout.write(`${title} ...${isTerminal ? '' : '\n'}`);
  const ticker = setInterval(
    () => process.stdout.write(isTerminal ? `\r${title} ... ${seconds()} s` : `${title} ... ${seconds()} s\n`),
    isTerminal ? 1_000 : 10_000,
  );
  const { code, output } = await capture(command, args, environment);
  clearInterval(ticker);
  process.stdout.write(
    isTerminal
      ? `\r${title}: ${code === 0 ? 'done' : 'failed'} in ${seconds()} s\n`
      : `${title}: ${code === 0 ? 'done' : 'failed'} in ${seconds()} s\n`,
  );
  if (code === 0) return;
  process.stderr.write(output);
  fail(`${title} failed: see the lines above`);
}

/** Runs a program to its end; `output` is what it wrote, on both channels. */
export function capture(command, args, environment = process.env) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => resolve({ code: 1, output: `${error.message}\n` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
