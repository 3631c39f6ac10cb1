// npm test: everything that must pass, and one closing line that counts it.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture, fail, prepare, root } from './prepare.mjs';
import { findOrInstallRedis } from './redis-program.mjs';

/** Checks that are no test suites; each counts as one test. Two lanes side by side: each check keeps one processor busy. */
const CHECKS = [
  [['lint', 'lint']],
  [
    ['format', 'format:check'],
    ['types', 'types'],
    ['dependency rules', 'deps'],
  ],
];

/**
 * Workers that are replaced when they have grown: a module that was loaded as ESM stays in memory, so that one process for
 * all suites spends its time collecting garbage in the end.
 */
const WORKERS = ['--maxWorkers=2', '--workerIdleMemoryLimit=1GB'];

/** Whole topologies come last: they are many processes each. */
const SUITES = [
  ['unit and integration', [...WORKERS, '--selectProjects', 'unit', 'integration']],
  ['topologies', ['--maxWorkers=2', '--selectProjects', 'topology']],
];

const startedAt = performance.now();
let passed = 0;
let failed = 0;

await prepare();
ensureRedis();
await Promise.all(
  CHECKS.map(async (lane) => {
    for (const [title, script] of lane) await check(title, script);
  }),
);
for (const [title, args] of SUITES) await jest(title, args);
process.stdout.write(`Everything took ${Math.round((performance.now() - startedAt) / 1000)} s.\n`);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;

function ensureRedis() {
  if (process.env.REDIS_URL !== undefined || findOrInstallRedis() !== undefined) return;
  fail('The tests need Redis: install redis-server or valkey-server, or set REDIS_URL to one they may use');
}

/** What a check says is shown when it has failed, in one piece. */
async function check(title, script) {
  const { code, output } = await capture('npm', ['run', '--silent', script]);
  const isFine = code === 0;
  if (!isFine) process.stdout.write(output);
  process.stdout.write(`${isFine ? 'ok  ' : 'FAIL'} ${title}\n`);
  if (isFine) passed++;
  else failed++;
}

async function jest(title, args) {
  const folder = mkdtempSync(join(tmpdir(), 'thingcore-test-'));
  const report = join(folder, 'report.json');
  const program = ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  const code = await run(
    process.execPath,
    // A test that fails may leave a connection open; the run ends all the same.
    [...program, ...args, '--forceExit', '--json', `--outputFile=${report}`, '--silent=false'],
  );
  const counts = readReport(report);
  rmSync(folder, { recursive: true });
  passed += counts.passed;
  // A suite that could not even be loaded has no failed test, and still it has failed.
  failed += counts.failed + counts.brokenSuites;
  if (code !== 0 && counts.failed + counts.brokenSuites === 0) failed++;
  process.stdout.write(`${code === 0 ? 'ok  ' : 'FAIL'} ${title}: ${counts.passed} passed, ${counts.failed} failed\n`);
}

function readReport(file) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      brokenSuites: report.numRuntimeErrorTestSuites,
    };
  } catch {
    return { passed: 0, failed: 0, brokenSuites: 1 };
  }
}

/** Runs a program whose report goes to a file; its progress is on stderr. */
function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', () => resolve(1));
    child.on('close', (code) => resolve(code ?? 1));
  });
}
