// npm test: everything that must pass, and one closing line that counts it.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
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
 * Workers that are replaced when they have grown: a module that was loaded as ESM stays in memory (packages once, the
 * sources for every suite), so that one process for all suites spends its time collecting garbage in the end.
 */
const WORKERS = ['--maxWorkers=2', '--workerIdleMemoryLimit=1GB'];

/**
 * Whole topologies come last: they are many processes each. One more at a time than there are processors need be: they
 * wait a good deal, for nodes to be found dead and sockets to be found silent.
 */
const SUITES = [
  ['unit and integration', [...WORKERS, '--selectProjects', 'unit', 'integration']],
  ['topologies', ['--maxWorkers=2', '--selectProjects', 'topology']],
];

/**
 * Suites that failed are run once more, each by itself: on a machine that others use as well, a process may get no
 * processor for seconds. Which ones passed only then is said at the end. More than this many have not failed by chance.
 */
const MOST_REPEATED = 5;

const startedAt = performance.now();
const unsteady = [];
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
for (const file of unsteady) process.stdout.write(`unsteady: ${relative(root, file)} passed only when run again\n`);
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
  const first = await runJest(args);
  const counts = { passed: first.passed, failed: first.failed };
  if (first.suites.length > 0 && first.suites.length <= MOST_REPEATED) {
    for (const { file, project, ...counted } of first.suites) {
      const again = await runJest(['--maxWorkers=1', '--selectProjects', project, '--runTestsByPath', file]);
      counts.passed += again.passed - counted.passed;
      counts.failed += again.failed - counted.failed;
      if (again.failed === 0) unsteady.push(file);
    }
  }
  passed += counts.passed;
  failed += counts.failed;
  process.stdout.write(
    `${counts.failed === 0 ? 'ok  ' : 'FAIL'} ${title}: ${counts.passed} passed, ${counts.failed} failed\n`,
  );
}

/** Runs suites; answers what passed, what failed, and the suites with failures. */
async function runJest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'thingcore-test-'));
  const file = join(folder, 'report.json');
  const program = ['--experimental-vm-modules', '--no-warnings=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
  const code = await run(
    process.execPath,
    // A test that fails may leave a connection open; the run ends all the same.
    [...program, ...args, '--forceExit', '--json', `--outputFile=${file}`, '--silent=false'],
  );
  const report = readReport(file);
  rmSync(folder, { recursive: true });
  // No report, no test at all, or an end that no failed test explains.
  if (report.passed + report.failed === 0 || (code !== 0 && report.failed === 0)) report.failed++;
  return report;
}

function readReport(file) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    const suites = report.testResults
      .filter(({ status }) => status === 'failed')
      .map(({ name, assertionResults }) => ({ file: name, project: projectOf(name), ...count(assertionResults) }));
    const broken = suites.filter(({ failed }) => failed === 0);
    // A suite that could not even be loaded has no failed test, and still it has failed.
    for (const suite of broken) suite.failed = 1;
    return { passed: report.numPassedTests, failed: report.numFailedTests + broken.length, suites };
  } catch {
    return { passed: 0, failed: 1, suites: [] };
  }
}

function count(results) {
  const having = (status) => results.filter((result) => result.status === status).length;
  return { passed: having('passed'), failed: having('failed') };
}

/** The project of a suite in jest.config.mjs, by its name. */
function projectOf(file) {
  if (file.endsWith('.int-spec.ts')) return 'integration';
  return file.endsWith('.e2e.ts') ? 'topology' : 'unit';
}

/** Runs a program whose report goes to a file; its progress is on stderr. */
function run(command, args) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', () => resolve(1));
    child.on('close', (code) => resolve(code ?? 1));
  });
}
