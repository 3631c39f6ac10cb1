import { readFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { EXIT_CODES, Failure } from './failure.js';

/** How the platform is found. */
export interface InstanceOptions {
  /** The address of GraphQL, or of the HTTP port. */
  readonly endpoint?: string | undefined;
  readonly apiKey?: string | undefined;
  /** The data directory of a standalone run. */
  readonly dataDir: string;
}

/** The platform that commands talk to. */
export interface Instance {
  /** `http://localhost:3000/graphql`. */
  readonly graphqlUrl: string;
  readonly apiKey: string;
  /** All addresses by their names, as a standalone run has written them; GraphQL only when it is elsewhere. */
  readonly endpoints: Readonly<Record<string, string>>;
}

/** Finds the platform: what the command line says, else what the data directory says. */
export async function findInstance({ endpoint, apiKey, dataDir }: InstanceOptions): Promise<Instance> {
  const directory = resolve(dataDir);
  const endpoints = endpoint === undefined ? await readEndpoints(directory) : { graphql: graphqlUrlOf(endpoint) };
  const graphqlUrl = endpoints['graphql'] ?? '';
  return { graphqlUrl, apiKey: apiKey ?? (await readApiKey(directory)), endpoints };
}

/** The address of GraphQL in what a person may write: with or without its path. */
export function graphqlUrlOf(endpoint: string): string {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Failure(
      'InvalidEndpoint',
      `--endpoint "${endpoint}" is no address of HTTP: write it as in http://localhost:3000/graphql`,
      EXIT_CODES.usage,
    );
  }
  if (url.pathname === '/') url.pathname = '/graphql';
  return url.href;
}

async function readEndpoints(directory: string): Promise<Record<string, string>> {
  const text = await read(join(directory, 'endpoints.json'));
  if (text === undefined) {
    throw new Failure(
      'NotRunning',
      `No platform is running in ${shown(directory)}: run npm start there, or say where it is with --endpoint <url> or --data-dir <folder>`,
      EXIT_CODES.unreachable,
    );
  }
  try {
    return JSON.parse(text) as Record<string, string>;
  } catch {
    throw new Failure(
      'NotRunning',
      `${shown(join(directory, 'endpoints.json'))} is no JSON: restart the platform, which writes it anew`,
      EXIT_CODES.unreachable,
    );
  }
}

async function readApiKey(directory: string): Promise<string> {
  const key = (await read(join(directory, 'api-key')))?.trim();
  if (key !== undefined && key !== '') return key;
  throw new Failure(
    'NoApiKey',
    `There is no API key in ${shown(join(directory, 'api-key'))}: give one with --api-key <key> or THINGCORE_API_KEY`,
    EXIT_CODES.notAllowed,
  );
}

async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Failure('UnreadableFile', `${shown(file)} cannot be read: ${(error as Error).message}`);
  }
}

/** A path as a person would write it here. */
function shown(path: string): string {
  const near = relative('', path);
  return near === '' ? '.' : near.startsWith('..') || isAbsolute(near) ? path : near;
}
