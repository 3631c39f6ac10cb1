import { IdentityWorld, type StartIdentity } from '../identity/identity-world.js';
import { Factory } from './factory.js';
import { describeFleetStory } from './fleet-story.js';
import { describeRefusedDeviceStory } from './refused-device-story.js';
import { describeTemplateOfAuthorityStory } from './template-of-authority-story.js';

const SETTINGS = {
  // A hook that hangs shall not hold the test up for as long as it would hold a device.
  THINGCORE_REGISTRY_HOOK_DEADLINE_MS: '500',
  THINGCORE_BROKER_KEY_CREATIONS_PER_SECOND: '100',
  THINGCORE_BROKER_THING_REGISTRATIONS_PER_SECOND: '100',
};

/** How devices get their identity by themselves, told against one running product. */
export function describeProvisioning(start: StartIdentity): void {
  let world: IdentityWorld;
  let factory: Factory;

  beforeAll(async () => {
    world = await IdentityWorld.open((settings) => start({ ...settings, ...SETTINGS }));
    factory = await Factory.open(world);
  });

  afterAll(async () => {
    await factory?.close();
    await world?.close();
  });

  describeFleetStory(() => factory);
  describeRefusedDeviceStory(() => factory);
  describeTemplateOfAuthorityStory(() => factory);

  it('no key and no token is in anything that was printed', () => {
    const printed = world.printed();
    expect(printed).toContain('a provisioning request was carried out');
    expect(printed).not.toContain('PRIVATE KEY');
    expect(factory.tokens.filter((token) => printed.includes(token))).toEqual([]);
  });
}
