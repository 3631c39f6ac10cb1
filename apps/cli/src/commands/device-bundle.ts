import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Failure } from '../failure.js';

/** What a device needs to connect. */
export interface DeviceBundle {
  readonly thingName: string;
  readonly certificateId: string;
  readonly certificatePem: string;
  readonly privateKey: string;
  /** Verifies the server. */
  readonly caPem: string;
  /** Where MQTT over TLS is: `mqtts://host:port`. */
  readonly mqttsUrl: string;
}

/** The names of the files in the folder of a bundle. */
export const BUNDLE_FILES = {
  certificate: 'certificate.pem',
  privateKey: 'private.key',
  ca: 'ca.pem',
  endpoint: 'endpoint.json',
  readme: 'README.md',
} as const;

/** Makes the folder for a bundle. Throws a {@link Failure} when something is in it: no key is ever overwritten. */
export async function makeBundleFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length === 0) return;
  throw new Failure(
    'FolderNotEmpty',
    `The folder ${folder} is not empty, and a key in it might be lost: choose another one with --out <folder>`,
  );
}

/** What a client shows and verifies in TLS. */
export type Credentials = Pick<DeviceBundle, 'certificatePem' | 'privateKey' | 'caPem'>;

/** Writes the key, for its owner only, and the certificates; answers their absolute paths. */
export async function writeCredentials(folder: string, credentials: Credentials): Promise<Record<string, string>> {
  const { privateKey, certificate, ca } = BUNDLE_FILES;
  await writeNew(folder, privateKey, credentials.privateKey, 0o600);
  await writeNew(folder, certificate, credentials.certificatePem);
  await writeNew(folder, ca, credentials.caPem);
  return pathsOf(folder, { certificate, privateKey, ca });
}

/** Writes the files of a bundle; answers their absolute paths. */
export async function writeBundle(folder: string, bundle: DeviceBundle): Promise<Record<string, string>> {
  const paths = await writeCredentials(folder, bundle);
  const { thingName, certificateId, mqttsUrl } = bundle;
  const { hostname, port } = new URL(mqttsUrl);
  const endpoint = { thingName, clientId: thingName, certificateId, mqttsUrl, host: hostname, port: Number(port) };
  await writeNew(folder, BUNDLE_FILES.endpoint, `${JSON.stringify(endpoint, null, 2)}\n`);
  await writeNew(folder, BUNDLE_FILES.readme, readmeOf(bundle));
  return { ...paths, ...pathsOf(folder, { endpoint: BUNDLE_FILES.endpoint, readme: BUNDLE_FILES.readme }) };
}

function writeNew(folder: string, name: string, text: string, mode = 0o644): Promise<void> {
  return writeFile(join(folder, name), text, { mode, flag: 'wx' });
}

function pathsOf(folder: string, names: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([kind, name]) => [kind, resolve(folder, name)]));
}

/** Deletes the files of a bundle that came to nothing. */
export async function removeBundle(folder: string): Promise<void> {
  for (const name of Object.values(BUNDLE_FILES)) await rm(join(folder, name), { force: true });
}

/** A line for a shell that publishes a first message, run in the folder of the bundle. */
export function publishLine({ thingName, mqttsUrl }: Pick<DeviceBundle, 'thingName' | 'mqttsUrl'>): string {
  const { hostname, port } = new URL(mqttsUrl);
  const files = `--cafile ${BUNDLE_FILES.ca} --cert ${BUNDLE_FILES.certificate} --key ${BUNDLE_FILES.privateKey}`;
  return `mosquitto_pub -h ${hostname} -p ${port} ${files} -i ${thingName} -q 1 -t telemetry/${thingName} -m '{"hello":"world"}'`;
}

function readmeOf(bundle: DeviceBundle): string {
  const { thingName, certificateId, mqttsUrl } = bundle;
  return `# Device ${thingName}

Connect with MQTT over mutual TLS to \`${mqttsUrl}\`, with the client id \`${thingName}\`.

| file | what it is |
| --- | --- |
| \`${BUNDLE_FILES.certificate}\` | its certificate, id ${certificateId} |
| \`${BUNDLE_FILES.privateKey}\` | its private key; there is no copy anywhere, and nobody else may have it |
| \`${BUNDLE_FILES.ca}\` | the authorities that the server is verified with |
| \`${BUNDLE_FILES.endpoint}\` | the address, the client id and the ids, for programs |

A first message, from this folder (the package \`mosquitto-clients\`):

    ${publishLine(bundle)}

What the device may do is said by the policies of its certificate. When the key may have been seen by others:

    thingcore certificates revoke ${certificateId}
`;
}
