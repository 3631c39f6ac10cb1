import { request } from './graphql.mjs';
import { TABLE } from './readings-table.mjs';

/** @typedef {import('./instance.mjs').Instance} Instance */

/** Where every machine publishes; the level `+` is its name. */
const TELEMETRY = 'machines/+/telemetry';

/**
 * The normal band. Under 40: outside the days of the shutdown and of the failure no reading of the file falls under
 * 43.9. Over 105: one reading in a thousand is.
 */
export const BAND = { low: 40, high: 105 };

/** Where the rules say what they could not do. */
export const ERROR_TOPIC = 'errors/machine-temperature';

const RULES = [
  {
    ruleName: 'store_machine_readings',
    description: 'Stores every reading of every machine',
    sql: `SELECT runId AS run_id, sequence, topic(2) AS machine, takenAt AS taken_at, temperature FROM '${TELEMETRY}'`,
    // Each member of what is selected goes to the column of its name. A message may come twice: its row is there then.
    actions: [{ postgresql: { table: TABLE, conflictColumns: ['run_id', 'sequence'], onConflict: 'nothing' } }],
  },
  {
    ruleName: 'alert_abnormal_temperature',
    description: `Republishes readings outside ${BAND.low} to ${BAND.high}`,
    sql: `SELECT runId, sequence, takenAt, temperature FROM '${TELEMETRY}' WHERE temperature < ${BAND.low} OR temperature > ${BAND.high}`,
    actions: [{ republish: { topic: 'alerts/${topic(2)}', qos: 1 } }],
  },
].map((rule) => ({
  ...rule,
  awsIotSqlVersion: '2016-03-23',
  errorAction: { republish: { topic: ERROR_TOPIC, qos: 1 } },
}));

/**
 * Creates the rules, or replaces them when they exist. The platform answers when they are in force.
 *
 * @param {Instance} instance
 * @returns {Promise<{ ruleName: string, sql: string, wasReplaced: boolean }[]>}
 */
export async function putRules(instance) {
  const results = [];
  for (const input of RULES) {
    const wasReplaced = await createOrReplace(instance, input);
    results.push({ ruleName: input.ruleName, sql: input.sql, wasReplaced });
  }
  return results;
}

async function createOrReplace(/** @type {Instance} */ instance, /** @type {object} */ input) {
  const put = (/** @type {string} */ mutation) =>
    request(instance, `mutation ($input: TopicRuleInput!) { ${mutation}(input: $input) { topicRule { name } } }`, {
      input,
    });
  try {
    await put('createTopicRule');
    return false;
  } catch (error) {
    if (error.code !== 'ResourceAlreadyExists') throw error;
    await put('replaceTopicRule');
    return true;
  }
}
