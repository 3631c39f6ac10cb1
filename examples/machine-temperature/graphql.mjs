import { DemoError } from './demo-error.mjs';

/** @typedef {import('./instance.mjs').Instance} Instance */

const ANSWER_WITHIN_MS = 15_000;

/** An error that the API answered, with its code (`ResourceAlreadyExists`, `InvalidRequest`, ...). */
export class GraphqlError extends DemoError {
  constructor(/** @type {string} */ message, /** @type {string | undefined} */ code) {
    super(message);
    this.code = code;
  }
}

/**
 * Sends one query or mutation and answers its data.
 *
 * @param {Instance} instance
 * @param {string} query
 * @param {Record<string, unknown>} [variables]
 * @returns {Promise<any>}
 */
export async function request(instance, query, variables = {}) {
  const { errors, data } = await post(instance, { query, variables });
  if (!errors?.length) return data;
  const [{ message, extensions }] = errors;
  if (extensions?.code === 'UNAUTHENTICATED') throw refusedKey(instance);
  throw new GraphqlError(`${instance.graphqlUrl} answered: ${message}`, extensions?.code);
}

async function post(/** @type {Instance} */ { graphqlUrl, apiKey }, /** @type {object} */ body) {
  let response;
  try {
    response = await fetch(graphqlUrl, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${apiKey}` },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
  } catch (error) {
    const reason = error.cause?.code ?? error.message;
    throw new DemoError(`No instance answers at ${graphqlUrl} (${reason}): run npm start in another terminal`);
  }
  try {
    return await response.json();
  } catch {
    throw new DemoError(`${graphqlUrl} answered HTTP ${response.status} without JSON: is it the GraphQL URL?`);
  }
}

/** The error that says which key does not open the instance. */
export function refusedKey(/** @type {Instance} */ { graphqlUrl, apiKeyFile }) {
  return new DemoError(
    `${graphqlUrl} refuses the API key in ${apiKeyFile}: set THINGCORE_DATA_DIR to the data directory of the instance that runs there`,
  );
}
