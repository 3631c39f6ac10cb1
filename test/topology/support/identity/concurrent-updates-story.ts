import type { IdentityWorld } from './identity-world.js';

const ROUNDS = 15;
const AT_ONCE = 4;

/** Several applications that change the same at the same time; their requests are taken by every replica. */
export function describeConcurrentUpdatesStory(worldOf: () => IdentityWorld): void {
  it('of updates of one thing that expect the same version one wins, and the others are told VersionConflict', async () => {
    const { operator } = worldOf();
    await operator.createThing('contested', { by: 'nobody' });
    for (let version = 1; version <= ROUNDS; version++) {
      const outcomes = await Promise.allSettled(
        Array.from({ length: AT_ONCE }, (_, n) =>
          operator.mutate<{ version: number; attributes: { by: string } }>(
            'updateThing',
            { name: 'contested', attributes: { by: `${version}-${n}` }, expectedVersion: version },
            'version attributes',
          ),
        ),
      );
      const winners = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      const refusals = outcomes.flatMap((outcome) =>
        outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
      );
      expect(winners).toEqual([{ version: version + 1, attributes: { by: expect.any(String) as string } }]);
      for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'VersionConflict' });
      await expect(operator.graphql.run('{ thing(name: "contested") { version attributes } }')).resolves.toEqual({
        thing: winners[0],
      });
    }
  });

  it('of policy versions that are added at once, no more than five are there', async () => {
    const { operator } = worldOf();
    await operator.createPolicy('crowded', [{ Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }]);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, n) =>
        operator.changePolicy('crowded', [{ Sid: `V${n}`, Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }]),
      ),
    );
    const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
    expect(refusals).toHaveLength(4);
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: 'VersionsLimitExceeded' });
    const { policy } = await operator.graphql.run<{ policy: { versions: { isDefault: boolean }[] } }>(
      '{ policy(name: "crowded") { versions { isDefault } } }',
    );
    expect(policy.versions).toHaveLength(5);
    expect(policy.versions.filter(({ isDefault }) => isDefault)).toHaveLength(1);
  });
}
