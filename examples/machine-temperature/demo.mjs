// npm run demo: the readings of a real machine travel through a running Thingcore. README.md beside this file says more.
import { randomUUID } from 'node:crypto';
import { AlertLog } from './alerts.mjs';
import { DemoError } from './demo-error.mjs';
import { Device, WINDOW } from './device.mjs';
import { findInstance } from './instance.mjs';
import { createIdentity, createMachinePolicy, createThing, deactivateCertificate } from './provisioning.mjs';
import { ReadingsTable, TABLE } from './readings-table.mjs';
import { loadReadings } from './readings.mjs';
import { findProblems, printMeasurements, printThing } from './report.mjs';
import { BAND, ERROR_TOPIC, putRules } from './rules.mjs';
import { Subscriptions } from './subscriptions.mjs';
import { count, say, showProgress, step, stopwatch } from './terminal.mjs';
import { waitForCount } from './wait.mjs';

/** @typedef {import('./instance.mjs').Instance} Instance */
/** @typedef {import('./provisioning.mjs').DeviceIdentity} DeviceIdentity */

const THING = 'press-7';

/** What one connection may publish in a second where the limits of AWS IoT Core hold, as they do by default. */
const AWS_PUBLISHES_PER_SECOND = 100;

/** When the pace of the replay can be told; a limited connection may have saved up a second's worth of messages. */
const PACE_IS_KNOWN_AFTER_MS = 4_000;

async function main() {
  const instance = await findInstance();
  const table = new ReadingsTable(instance.operatorDatabaseUrl);
  try {
    const identity = await provision(instance);
    try {
      await prepareRules(instance, table);
      await run(instance, identity, table);
    } finally {
      await retire(instance, identity);
    }
  } finally {
    await table.close();
  }
}

/** Makes the thing, its policy and a certificate of this run. */
async function provision(/** @type {Instance} */ instance) {
  step(`Provision the thing ${THING} over GraphQL, ${instance.graphqlUrl}`);
  const arn = await createThing(instance, THING);
  say(`thing        ${arn}`);
  const policy = await createMachinePolicy(instance, arn);
  say(
    `policy       ${policy.name}, ${policy.isNew ? 'created' : 'there already'}: each machine may act for itself only`,
  );
  const identity = await createIdentity(instance, THING, policy.name);
  say(`certificate  ${identity.certificateId}, active, tied to both; its key stays in memory`);
  return identity;
}

/** Takes the certificate of this run out of use; a failure must not hide what went wrong before. */
async function retire(/** @type {Instance} */ instance, /** @type {DeviceIdentity} */ identity) {
  const name = `certificate ${identity.certificateId.slice(0, 12)}…`;
  try {
    await deactivateCertificate(instance, identity);
    say('');
    say(`The ${name} is deactivated; the next run makes its own.`);
  } catch (error) {
    fail(`The ${name} is still active: ${error.message}`);
  }
}

/** Makes the operator's table and the two rules. */
async function prepareRules(/** @type {Instance} */ instance, /** @type {ReadingsTable} */ table) {
  step('Create the table and the rules');
  await table.create();
  say(`table        ${TABLE}, in the database of the operator`);
  for (const { ruleName, sql, wasReplaced } of await putRules(instance)) {
    say(`rule         ${ruleName}, ${wasReplaced ? 'replaced' : 'created'}`);
    say(`             ${sql}`);
  }
}

/** Replays the readings, waits for what the rules make of them, and reports. */
async function run(
  /** @type {Instance} */ instance,
  /** @type {DeviceIdentity} */ identity,
  /** @type {ReadingsTable} */ table,
) {
  const readings = await loadReadings();
  const runId = `${new Date().toISOString()} ${randomUUID().slice(0, 8)}`;
  const alerts = new AlertLog(runId);
  const ruleErrors = { count: 0, first: undefined };
  const subscriptions = new Subscriptions(instance);
  subscriptions.watch(`alerts/${THING}`, (alert) => alerts.add(alert));
  subscriptions.watch(ERROR_TOPIC, (error) => {
    ruleErrors.count++;
    ruleErrors.first ??= error;
  });

  step(`Connect over mutual TLS with the AWS IoT device SDK, ${instance.mqttsUrl}`);
  const device = new Device(instance, identity);
  await device.connect();
  say(`connected as ${THING}, MQTT 5`);
  try {
    step(`Replay ${count(readings.length)} readings with QoS 1, at most ${WINDOW} without acknowledgement`);
    const publishing = stopwatch();
    const replayed = await replay(device, runId, readings);
    const publishSeconds = publishing();
    say(`${count(replayed.acknowledged)} acknowledged in ${publishSeconds.toFixed(1)} s`);

    step('Wait for what the rules make of them');
    const settling = stopwatch();
    const expectedAlerts = readings.filter(
      ({ temperature }) => temperature < BAND.low || temperature > BAND.high,
    ).length;
    await settle(table, runId, readings.length, alerts, expectedAlerts);
    const settleSeconds = settling();

    const { temperature, takenAt } = readings[readings.length - 1];
    step('Report the last temperature in the shadow');
    const version = await device.reportState({ temperature, takenAt });
    say(`accepted: ${temperature} degrees, version ${version}`);

    step('What the platform saw');
    const measured = { sent: readings.length, publishSeconds, settleSeconds, expectedAlerts, alerts, ruleErrors };
    const result = { ...measured, ...replayed, ...(await table.compare(runId, readings)) };
    printMeasurements(result);

    step('The thing, as an application sees it');
    await printThing(instance, THING);
    await subscriptions.close();
    const problems = findProblems(result);
    if (problems.length > 0) throw new DemoError(`${problems.join('; ')} (run_id '${runId}')`);
  } finally {
    await device.disconnect();
  }
}

async function replay(/** @type {Device} */ device, /** @type {string} */ runId, readings) {
  let progress = { acknowledged: 0, failed: 0 };
  const seconds = stopwatch();
  const endProgress = showProgress(() => {
    const { acknowledged, failed } = progress;
    return `${count(acknowledged)} of ${count(readings.length)}, ${count(acknowledged / seconds())} a second, ${failed} failed`;
  });
  const hint = setTimeout(
    () => explainPace(progress.acknowledged / seconds(), readings.length),
    PACE_IS_KNOWN_AFTER_MS,
  );
  try {
    return await device.replay(runId, readings, (now) => (progress = now));
  } finally {
    clearTimeout(hint);
    endProgress();
  }
}

/** Says why it takes minutes, when it does because the broker holds the device to the limits of AWS. */
function explainPace(/** @type {number} */ perSecond, /** @type {number} */ readings) {
  if (perSecond > 1.5 * AWS_PUBLISHES_PER_SECOND) return;
  const minutes = (readings / AWS_PUBLISHES_PER_SECOND / 60).toFixed(0);
  say(
    `As at AWS, one connection may publish ${AWS_PUBLISHES_PER_SECOND} messages a second: this takes ${minutes} minutes, or seconds`,
  );
  say(
    'when the instance was started with THINGCORE_BROKER_LIMITS=publishesPerSecond=unlimited,bytesPerSecond=unlimited',
  );
}

async function settle(
  /** @type {ReadingsTable} */ table,
  runId,
  expectedRows,
  /** @type {AlertLog} */ alerts,
  expectedAlerts,
) {
  let stored = 0;
  const endProgress = showProgress(
    () =>
      `${count(stored)} of ${count(expectedRows)} stored, ${count(alerts.count)} of ${count(expectedAlerts)} alerts`,
  );
  try {
    await waitForCount(expectedRows, async () => (stored = await table.count(runId)));
    await waitForCount(expectedAlerts, () => alerts.count);
  } finally {
    endProgress();
  }
  say(`${count(stored)} readings stored, ${count(alerts.count)} alerts received`);
}

function fail(/** @type {string} */ line) {
  process.stderr.write(`demo: ${line}\n`);
  process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  fail(error instanceof DemoError ? error.message : error.stack);
}
// The SDK lets go of the event loop only when its client is garbage collected.
process.exit();
