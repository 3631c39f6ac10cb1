// npm run audit: known weaknesses of the dependencies that run in production. Exit 1 when there are any of the level "high" or above;
// a registry that has no such service, as mirrors have not, is said and fails nothing, unless --required asks for an answer.
import { spawnSync } from 'node:child_process';
import { root } from './prepare.mjs';

const LEVELS = ['info', 'low', 'moderate', 'high', 'critical'];
const FAILS_FROM = 'high';

const { stdout, stderr } = spawnSync('npm', ['audit', '--omit=dev', '--json', '--fetch-retries=0'], {
  cwd: root,
  encoding: 'utf8',
  timeout: 60_000,
});
const report = parsed(stdout);
if (report?.metadata?.vulnerabilities === undefined) {
  const reason = report?.message ?? report?.error?.summary ?? stderr.trim().split('\n')[0] ?? 'no answer';
  const isRequired = process.argv.includes('--required');
  process.stdout.write(
    `NOT AUDITED: the registry did not answer (${reason}). Nothing is known about the dependencies.\n`,
  );
  process.exit(isRequired ? 1 : 0);
}

const counts = report.metadata.vulnerabilities;
process.stdout.write(`audited: ${LEVELS.map((level) => `${counts[level] ?? 0} ${level}`).join(', ')}\n`);
for (const { name, severity, range, fixAvailable } of Object.values(report.vulnerabilities)) {
  process.stdout.write(`  ${severity.padEnd(8)} ${name} ${range}${fixAvailable ? ', a fix is available' : ''}\n`);
}
process.exit(LEVELS.slice(LEVELS.indexOf(FAILS_FROM)).some((level) => counts[level] > 0) ? 1 : 0);

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
