import type { DataDirectory } from '#thingcore/platform';

/** Where a run is reached: what `endpoints.json` says while it serves. */
export interface Endpoints {
  graphql: string;
  http: string;
  /** HTTP publish and MQTT by ALPN, with client certificates. */
  https: string;
  mqtt: string;
  mqtts: string;
  ws: string;
  wss: string;
  metrics: string;
}

/** The files of the data directory that exist only while a run serves. */
const ENDPOINTS_FILE = 'endpoints.json';
const OPERATORS_DATABASE_FILE = 'operator-database-url';

/** Says where the run is reached; the database for the operator's own tables holds a password, so its file is 0600. */
export async function publishEndpoints(
  dataDirectory: DataDirectory,
  endpoints: Endpoints,
  operatorsUrl: string | undefined,
): Promise<void> {
  if (operatorsUrl !== undefined) await dataDirectory.write(OPERATORS_DATABASE_FILE, `${operatorsUrl}\n`, 0o600);
  await dataDirectory.write(ENDPOINTS_FILE, `${JSON.stringify(endpoints, null, 2)}\n`, 0o644);
}

/** Takes back what {@link publishEndpoints} said. */
export async function withdrawEndpoints(dataDirectory: DataDirectory): Promise<void> {
  await dataDirectory.remove(ENDPOINTS_FILE);
  await dataDirectory.remove(OPERATORS_DATABASE_FILE);
}
