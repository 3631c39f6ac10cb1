// npm run chaos -- --rounds 3 --seconds 30: the long form of test/topology/chaos.e2e.ts. Two processes of every service with a
// Redis and a PostgreSQL of their own, under load, while every part dies in turn. Ends with a Markdown table; exit code 1 when
// anything that was acknowledged is lost, or a part does not work again by itself within ten seconds.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { fail, prepare, root } from './prepare.mjs';
import { findOrInstallRedis } from './redis-program.mjs';

const OPTIONS = {
  rounds: { type: 'string', default: '1' },
  seconds: { type: 'string', default: '20' },
  only: { type: 'string' },
};

const { rounds, seconds, only } = options();
await prepare();
if (findOrInstallRedis() === undefined) fail('No Redis server was found: install redis-server or valkey-server');
const args = ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
args.push('test/topology/chaos.e2e.ts', '--selectProjects', 'topology', '--forceExit');
if (only !== undefined) args.push('--testNamePattern', `${only}|in the end`);
const child = spawn(process.execPath, args, {
  cwd: root,
  env: { ...process.env, CHAOS_ROUNDS: rounds, CHAOS_SECONDS: seconds },
  stdio: 'inherit',
});
child.on('error', (error) => fail(error.message));
child.on('close', (code) => (process.exitCode = code ?? 1));

function options() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    for (const name of ['rounds', 'seconds']) {
      if (!/^[1-9]\d{0,4}$/.test(values[name])) throw new Error(`--${name} is a whole number from 1 on`);
    }
    return values;
  } catch (error) {
    return fail(
      `${error.message}. npm run chaos -- [--rounds 1] [--seconds 20] [--only <part of the name of a step>]; ` +
        'seconds is what a step lasts at least',
    );
  }
}
