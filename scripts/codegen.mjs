// Writes TypeScript types for the shadows of thing types, from a running gateway or from a file of schemas.
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { fail, prepare, root } from './prepare.mjs';

const USAGE = `Usage: npm run codegen -- --out FILE [--endpoint URL] [--key KEY]
       npm run codegen -- --out FILE --schemas FILE

  --out FILE       where to write; - is the standard output
  --endpoint URL   the GraphQL endpoint; http://localhost:3000/graphql when it is left out
  --key KEY        an API key, that of a viewer will do; THINGCORE_API_KEY when it is left out
  --schemas FILE   JSON with the shadow schema of each thing type by its name, instead of an endpoint
`;

const QUERY = `query ThingTypes($after: String) {
  thingTypes(first: 250, after: $after) {
    edges { node { name shadowSchema } }
    pageInfo { hasNextPage endCursor }
  }
}`;

const options = optionsOf(process.argv.slice(2));
if (options.help) {
  process.stdout.write(USAGE);
} else if (options.out === undefined) {
  fail(`--out is missing\n\n${USAGE}`);
} else {
  await prepare();
  const { readShadowSchema, toTypescript } = await import(`${root}/dist/libs/shadow-schema/src/index.js`);
  const schemas = options.schemas === undefined ? await ask(options) : await read(options.schemas);
  const text = toTypescript(Object.entries(schemas).map(([name, schema]) => typed(readShadowSchema, name, schema)));
  if (options.out === '-') process.stdout.write(text);
  else await writeFile(options.out, text);
}

function optionsOf(args) {
  try {
    const text = { type: 'string' };
    return parseArgs({
      args,
      options: { out: text, endpoint: text, key: text, schemas: text, help: { type: 'boolean', short: 'h' } },
    }).values;
  } catch (error) {
    return fail(`${error.message}\n\n${USAGE}`);
  }
}

function typed(readShadowSchema, name, schema) {
  try {
    return readShadowSchema(name, schema).thing;
  } catch (error) {
    return fail(`the thing type ${name}: ${error.message}`);
  }
}

async function read(file) {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    return fail(`${file} cannot be read as JSON: ${error.message}`);
  }
}

async function ask({ endpoint = 'http://localhost:3000/graphql', key = process.env.THINGCORE_API_KEY }) {
  if (key === undefined) fail('an API key is needed: give --key, or set THINGCORE_API_KEY');
  const schemas = {};
  for (let after = null; ;) {
    const { edges, pageInfo } = await page(endpoint, key, after);
    for (const { node } of edges) if (node.shadowSchema !== null) schemas[node.name] = node.shadowSchema;
    if (!pageInfo.hasNextPage) return schemas;
    after = pageInfo.endCursor;
  }
}

async function page(endpoint, key, after) {
  let answer;
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ query: QUERY, variables: { after } }),
    });
    answer = await response.json();
  } catch (error) {
    return fail(`${endpoint} does not answer: ${error.cause?.message ?? error.message}`);
  }
  if (answer.errors !== undefined) fail(`${endpoint} refuses: ${answer.errors[0].message}`);
  return answer.data.thingTypes;
}
