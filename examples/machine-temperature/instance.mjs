import { readFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { DemoError } from './demo-error.mjs';

/**
 * A running Thingcore, as its data directory describes it.
 *
 * @typedef {object} Instance
 * @property {string} graphqlUrl
 * @property {string} mqttsUrl where devices connect with their certificates: `mqtts://host:port`
 * @property {string} apiKey
 * @property {string} apiKeyFile for people: the path of the file with the key
 * @property {string} caPem verifies the server
 * @property {string} operatorDatabaseUrl the database that rules may write to
 */

/**
 * Finds the instance of `THINGCORE_DATA_DIR`, or of `.thingcore` in the current folder.
 *
 * @returns {Promise<Instance>}
 */
export async function findInstance() {
  const directory = resolve(process.env.THINGCORE_DATA_DIR || '.thingcore');
  const shown = forPeople(directory);
  const endpoints = await read(directory, 'endpoints.json');
  if (endpoints === undefined) {
    throw new DemoError(
      `No instance is running in ${shown}: run npm start in another terminal, or set THINGCORE_DATA_DIR to the data directory of the one that runs`,
    );
  }
  const { graphql, mqtts } = parse(endpoints, join(shown, 'endpoints.json'));
  return {
    graphqlUrl: graphql,
    mqttsUrl: mqtts,
    apiKey: await needed(directory, 'api-key'),
    apiKeyFile: forPeople(join(directory, 'api-key')),
    caPem: await needed(directory, 'ca.pem'),
    operatorDatabaseUrl: await operatorDatabase(directory),
  };
}

/** The database of the operator's own tables; an instance with an external database is told about one by a setting. */
async function operatorDatabase(/** @type {string} */ directory) {
  const url = process.env.THINGCORE_RULES_POSTGRESQL_URL || (await read(directory, 'operator-database-url'));
  if (url !== undefined) return url.trim();
  throw new DemoError(
    'The instance has no database for the tables of rules: set THINGCORE_RULES_POSTGRESQL_URL (postgres://user:password@host:5432/database) both for the instance and for the demo',
  );
}

function parse(/** @type {string} */ text, /** @type {string} */ file) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new DemoError(`${file} is no JSON (${error.message}): restart the instance, which writes it anew`);
  }
}

async function needed(/** @type {string} */ directory, /** @type {string} */ name) {
  const text = await read(directory, name);
  if (text === undefined) {
    throw new DemoError(
      `There is no ${name} in ${forPeople(directory)}: set THINGCORE_DATA_DIR to the data directory of the running instance`,
    );
  }
  return text.trim();
}

async function read(/** @type {string} */ directory, /** @type {string} */ name) {
  try {
    return await readFile(join(directory, name), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw new DemoError(`${forPeople(join(directory, name))} cannot be read: ${error.message}`);
  }
}

function forPeople(/** @type {string} */ path) {
  const short = relative(process.cwd(), path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}
