import type { CommandContext } from '../command-context.js';
import type { PlatformApi } from '../platform-api.js';
import { mqttsUrlOf } from '../mqtts-url.js';
import { BUNDLE_FILES, makeBundleFolder, publishLine, removeBundle, writeBundle } from './device-bundle.js';
import { activateIdentity, createIdentity, ensurePolicy, ensureThing, setStatus } from './device-identity.js';

/** How a device is to be made. */
export interface CreateDeviceOptions {
  readonly type?: string;
  readonly attribute: Readonly<Record<string, string>>;
  readonly policy?: string;
  readonly keyType: string;
  readonly out?: string;
  readonly mqttEndpoint?: string;
}

/** Makes a device that can connect: its thing, its certificate with a policy, and a folder with all it needs. */
export async function createDevice(
  context: CommandContext,
  thingName: string,
  options: CreateDeviceOptions,
): Promise<void> {
  const api = await context.api();
  const mqttsUrl = mqttsUrlOf(api.instance, options.mqttEndpoint);
  const folder = options.out ?? thingName;
  await makeBundleFolder(folder);
  const thing = await ensureThing(api, { name: thingName, type: options.type, attributes: options.attribute });
  if (!thing.isNew) context.output.note(`The thing "${thingName}" is there already; it gets one more certificate.`);
  const policy = await ensurePolicy(api, options.policy, thing.arn);
  const identity = await createIdentity(api, options.keyType);
  const { certificateId } = identity;
  const bundle = { ...identity, thingName, mqttsUrl };
  // The key is safe before anything counts; what counts already is taken back when a later step fails.
  const files = await orUndo(api, folder, certificateId, async () => {
    const written = await writeBundle(folder, bundle);
    await activateIdentity(api, { thing: thingName, policy, certificateId });
    return written;
  });
  const { arn, isNew } = thing;
  context.output.result(
    { thingName, thingArn: arn, isNewThing: isNew, certificateId, policyName: policy, mqttsUrl, files },
    [
      `The device "${thingName}" can connect. Its files are in ${folder}/:`,
      ...Object.values(BUNDLE_FILES).map((file) => `  ${file}`),
      `Its certificate is ${certificateId}, with the policy "${policy}".`,
      '',
      'A first message:',
      `  cd ${folder} && ${publishLine(bundle)}`,
    ],
  );
}

async function orUndo<T>(api: PlatformApi, folder: string, certificateId: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await removeBundle(folder);
    // The first failure is the one to tell; a certificate without its key is of no use to anybody.
    await setStatus(api, certificateId, 'REVOKED').catch(() => undefined);
    throw error;
  }
}
