import {
  attachThingPrincipal,
  createKeysAndCertificate,
  createThing,
  detachThingPrincipal,
  getPrincipalsOfThings,
  listPrincipalThings,
  type ThingPrincipalType,
} from '#thingcore/contracts';
import { startRegistry, type RegistryFixture } from '../registry.fixture.js';

const UNKNOWN = 'f'.repeat(64);

describe('principals of things', () => {
  let registry: RegistryFixture;

  beforeAll(async () => {
    registry = await startRegistry();
    for (const thingName of ['first', 'second', 'third']) await registry.call(createThing, { thingName });
  });

  afterAll(() => registry.stop());

  const aCertificate = () => registry.call(createKeysAndCertificate, { keyType: 'EC_P256' });
  const attach = (thingName: string, principal: string, thingPrincipalType?: ThingPrincipalType) =>
    registry.call(attachThingPrincipal, { thingName, principal, thingPrincipalType });
  const thingsOf = async (principal: string) => (await registry.call(listPrincipalThings, { principal })).things;

  it('are attached by ARN or id and told once, however often that is done', async () => {
    const { certificateId, certificateArn } = await aCertificate();
    registry.events.clear();
    await attach('second', certificateArn);
    await attach('second', certificateId);
    await attach('first', certificateId);
    expect(await thingsOf(certificateArn)).toEqual([
      { thingName: 'first', thingPrincipalType: 'NON_EXCLUSIVE_THING' },
      { thingName: 'second', thingPrincipalType: 'NON_EXCLUSIVE_THING' },
    ]);
    const exclusive = { principal: certificateArn, thingPrincipalType: 'EXCLUSIVE_THING' } as const;
    await expect(registry.call(listPrincipalThings, exclusive)).resolves.toEqual({ things: [] });
    expect(registry.events.principalChanges()).toEqual([
      `certificate ${certificateId}`,
      `certificate ${certificateId}`,
    ]);
  });

  it('are detached once; what is not attached is no error', async () => {
    const { certificateId } = await aCertificate();
    await attach('first', certificateId);
    registry.events.clear();
    await registry.call(detachThingPrincipal, { thingName: 'first', principal: certificateId });
    await registry.call(detachThingPrincipal, { thingName: 'first', principal: certificateId });
    expect(await thingsOf(certificateId)).toEqual([]);
    expect(registry.events.principalChanges()).toEqual([`certificate ${certificateId}`]);
  });

  it('are listed for many things; a thing that does not exist is left out', async () => {
    const [one, two] = [await aCertificate(), await aCertificate()].sort((left, right) =>
      left.certificateId < right.certificateId ? -1 : 1,
    );
    await registry.call(createThing, { thingName: 'shared' });
    await registry.call(createThing, { thingName: 'bare' });
    await attach('shared', one?.certificateId ?? '');
    await attach('shared', two?.certificateId ?? '', 'EXCLUSIVE_THING');
    const { things } = await registry.call(getPrincipalsOfThings, { thingNames: ['shared', 'nowhere', 'bare'] });
    expect(things).toEqual([
      { thingName: 'bare', principals: [] },
      {
        thingName: 'shared',
        principals: [
          { certificateId: one?.certificateId, thingPrincipalType: 'NON_EXCLUSIVE_THING' },
          { certificateId: two?.certificateId, thingPrincipalType: 'EXCLUSIVE_THING' },
        ],
      },
    ]);
  });

  it('have their things page by page', async () => {
    const { certificateId } = await aCertificate();
    for (const thingName of ['third', 'first', 'second']) await attach(thingName, certificateId);
    const first = await registry.call(listPrincipalThings, { principal: certificateId, limit: 2 });
    expect(first).toMatchObject({ things: [{ thingName: 'first' }, { thingName: 'second' }], nextToken: 'second' });
    const second = await registry.call(listPrincipalThings, { principal: certificateId, after: 'second', limit: 2 });
    expect(second).toEqual({ things: [{ thingName: 'third', thingPrincipalType: 'NON_EXCLUSIVE_THING' }] });
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['a thing that does not exist', () => attach('nowhere', UNKNOWN), 'thingName'],
    ['a certificate that does not exist', () => attach('first', UNKNOWN), 'principal'],
    [
      'the detaching from a thing that does not exist',
      () => registry.call(detachThingPrincipal, { thingName: 'nowhere', principal: UNKNOWN }),
      'thingName',
    ],
    [
      'the detaching of a certificate that does not exist',
      () => registry.call(detachThingPrincipal, { thingName: 'first', principal: UNKNOWN }),
      'principal',
    ],
    ['the things of a certificate that does not exist', () => thingsOf(UNKNOWN), 'principal'],
  ])('refuse %s', async (_name, act, field) => {
    await expect(act()).rejects.toMatchObject({ code: 'ResourceNotFound', details: { field } });
  });

  it('refuse what is no reference to a certificate', async () => {
    await expect(attach('first', 'eu-west-1:cognito')).rejects.toMatchObject({
      code: 'InvalidRequest',
      details: { field: 'principal' },
    });
  });

  // AWS: AttachThingPrincipal, thingPrincipalType EXCLUSIVE_THING.
  describe('that are exclusive', () => {
    type Attachment = [thingName: string, type: ThingPrincipalType];
    const EXCLUSIVE = 'EXCLUSIVE_THING';
    const SHARED = 'NON_EXCLUSIVE_THING';

    it.each<[string, Attachment[], Attachment, string]>([
      ['any other thing to an exclusive one', [['first', EXCLUSIVE]], ['second', SHARED], 'principal'],
      ['a second exclusive thing', [['first', EXCLUSIVE]], ['second', EXCLUSIVE], 'principal'],
      ['an exclusive thing to any other', [['first', SHARED]], ['second', EXCLUSIVE], 'principal'],
      ['an exclusive thing that is not exclusive yet', [['first', SHARED]], ['first', EXCLUSIVE], 'thingPrincipalType'],
      ['an exclusive thing as another kind', [['first', EXCLUSIVE]], ['first', SHARED], 'thingPrincipalType'],
      [
        'an exclusive thing to two others',
        [
          ['first', SHARED],
          ['second', SHARED],
        ],
        ['third', EXCLUSIVE],
        'principal',
      ],
    ])('refuse to add %s, and change nothing', async (_name, before, [thingName, type], field) => {
      const { certificateId } = await aCertificate();
      for (const [name, kind] of before) await attach(name, certificateId, kind);
      registry.events.clear();
      await expect(attach(thingName, certificateId, type)).rejects.toMatchObject({
        code: 'InvalidRequest',
        details: { field, thingName: 'first', thingPrincipalType: before[0]?.[1] },
      });
      expect(await thingsOf(certificateId)).toEqual(
        before.map(([name, thingPrincipalType]) => ({ thingName: name, thingPrincipalType })),
      );
      expect(registry.events.principalChanges()).toEqual([]);
    });

    it('change their kind by being detached first, and may be attached again alike', async () => {
      const { certificateId } = await aCertificate();
      await attach('first', certificateId, SHARED);
      await registry.call(detachThingPrincipal, { thingName: 'first', principal: certificateId });
      await attach('first', certificateId, EXCLUSIVE);
      await attach('first', certificateId, EXCLUSIVE);
      expect(await thingsOf(certificateId)).toEqual([{ thingName: 'first', thingPrincipalType: EXCLUSIVE }]);
    });
  });
});
