import { request } from './graphql.mjs';
import { count, say } from './terminal.mjs';

/** @typedef {import('./instance.mjs').Instance} Instance */
/** @typedef {import('./alerts.mjs').AlertLog} AlertLog */

/**
 * What was measured during one run.
 *
 * @typedef {object} Measurements
 * @property {number} sent readings read from the file and published
 * @property {number} acknowledged
 * @property {number} failed
 * @property {string | undefined} firstFailure
 * @property {number} publishSeconds from the first publish to the last acknowledgement
 * @property {number} stored rows of this run
 * @property {number} equal of those, the ones that hold exactly what was sent
 * @property {number} settleSeconds from the last acknowledgement until the last row and the last alert were seen
 * @property {number} expectedAlerts readings of the file outside the normal band
 * @property {AlertLog} alerts
 * @property {{ count: number, first: any }} ruleErrors messages of the rules' error action
 */

/** Prints what the platform saw. */
export function printMeasurements(/** @type {Measurements} */ run) {
  const rate = run.acknowledged / run.publishSeconds;
  say(
    `readings sent      ${count(run.sent)}, QoS 1, ${count(run.acknowledged)} acknowledged, ${count(run.failed)} failed`,
  );
  say(`readings stored    ${count(run.stored)}, ${count(run.equal)} of them equal to what was sent, value by value`);
  say(
    `alerts             ${count(run.alerts.count)}, and ${count(run.expectedAlerts)} readings of the file are outside the band`,
  );
  printAlerts(run.alerts);
  say(`publishing         ${run.publishSeconds.toFixed(1)} s, ${count(rate)} messages per second`);
  say(`rules finished     ${count(run.settleSeconds * 1000)} ms after the last acknowledgement`);
}

function printAlerts(/** @type {AlertLog} */ alerts) {
  const inOrder = alerts.inOrder();
  if (inOrder.length === 0) return;
  say(`  first            ${inOrder[0].takenAt}`);
  say(`  last             ${inOrder[inOrder.length - 1].takenAt}`);
  for (const { from, to, alerts: number, lowest, highest } of alerts.episodes()) {
    const when = from === to ? from : `${from} to ${to}`;
    say(`  ${when}: ${count(number)}, ${lowest.toFixed(1)} to ${highest.toFixed(1)} degrees`);
  }
}

/**
 * What is wrong with a run, a sentence each.
 *
 * @param {Measurements} run
 * @returns {string[]}
 */
export function findProblems(run) {
  const problems = [];
  if (run.failed > 0)
    problems.push(`${count(run.failed)} readings were not acknowledged; the first: ${run.firstFailure}`);
  if (run.stored !== run.sent)
    problems.push(`${count(run.sent)} readings were sent but ${count(run.stored)} are stored`);
  if (run.equal !== run.stored)
    problems.push(`${count(run.stored - run.equal)} stored readings differ from what was sent`);
  if (run.alerts.count !== run.expectedAlerts) {
    problems.push(`${count(run.expectedAlerts)} alerts were due but ${count(run.alerts.count)} came`);
  }
  if (run.ruleErrors.count > 0) {
    const { ruleName, failures } = run.ruleErrors.first ?? {};
    problems.push(
      `rules reported ${count(run.ruleErrors.count)} failures; the first, of ${ruleName}: ${failures?.[0]?.errorMessage}`,
    );
  }
  return problems;
}

/** Asks for the thing as an application does, and prints question, answer and how to ask it again. */
export async function printThing(/** @type {Instance} */ instance, /** @type {string} */ thingName) {
  const query = `{
  thing(name: "${thingName}") {
    name
    attributes
    connectivity { connected timestamp disconnectReason }
    shadow { desired reported delta version }
  }
}`;
  const answer = await request(instance, query);
  for (const line of query.split('\n')) say(line);
  say('');
  for (const line of JSON.stringify({ data: answer }, undefined, 2).split('\n')) say(line);
  const body = JSON.stringify({ query: query.replace(/\s+/g, ' ') });
  say('');
  say('Ask again, now that the device has gone:');
  process.stdout.write(
    `curl -s ${instance.graphqlUrl} -H "Authorization: Bearer $(cat '${instance.apiKeyFile}')" \\\n  -H 'Content-Type: application/json' -d '${body}'\n`,
  );
}
