import { waitFor } from '#thingcore/testing';
import type { Application } from '../application.js';
import type { IdentityWorld } from './identity-world.js';

const ROLES = ['VIEWER', 'OPERATOR', 'ADMIN'] as const;

type Role = (typeof ROLES)[number];

/** What each role is the least for. */
const OPERATIONS: { what: string; least: Role; query: string }[] = [
  { what: 'read', least: 'VIEWER', query: '{ things(first: 1) { edges { cursor } } }' },
  { what: 'ask why', least: 'VIEWER', query: '{ denials { nodes { id } } }' },
  {
    what: 'change things',
    least: 'OPERATOR',
    query: 'mutation { deleteThing(input: { name: "never-was" }) { deleted } }',
  },
  {
    what: 'publish',
    least: 'OPERATOR',
    query: 'mutation { publish(input: { topic: "a", payload: 1 }) { messageId } }',
  },
  { what: 'see the API keys', least: 'ADMIN', query: '{ apiKeys { nodes { name } } }' },
];

const ME = '{ me { name role } }';

/** Who may use the API, and what for. */
export function describeAccessStory(worldOf: () => IdentityWorld): void {
  const createKey = async (name: string, role: Role, expiresAt?: string) => {
    const { key } = await worldOf().operator.mutate<{ key: string }>('createApiKey', { name, role, expiresAt }, 'key');
    return key;
  };

  const expectRole = async (application: Application, role: Role) => {
    for (const { least, query } of OPERATIONS) {
      const outcome = application.graphql.run(query);
      if (ROLES.indexOf(role) >= ROLES.indexOf(least)) await expect(outcome).resolves.toBeDefined();
      else await expect(outcome).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
  };

  describe('an API key', () => {
    it.each(ROLES)('with the role %s may do what that role is for, and no more', async (role) => {
      const application = worldOf().applicationWith(await createKey(`key-${role}`, role));
      await expect(application.graphql.run(ME)).resolves.toEqual({ me: { name: `key-${role}`, role } });
      await expectRole(application, role);
    });

    it('is shown once, and listed without its secret', async () => {
      const key = await createKey('secret', 'VIEWER');
      const { apiKeys } = await worldOf().operator.graphql.run<{ apiKeys: { nodes: Record<string, unknown>[] } }>(
        '{ apiKeys(first: 250) { nodes { name role createdAt expiresAt revokedAt } } }',
      );
      expect(apiKeys.nodes).toContainEqual({
        name: 'secret',
        role: 'VIEWER',
        createdAt: expect.any(String),
        expiresAt: null,
        revokedAt: null,
      });
      expect(JSON.stringify(apiKeys)).not.toContain(key);
    });

    it('of a name that is taken is refused', async () => {
      await createKey('taken', 'VIEWER');
      await expect(createKey('taken', 'ADMIN')).rejects.toMatchObject({ code: 'ResourceAlreadyExists' });
    });

    it('that is revoked ends its WebSocket within a second, and is refused from then on', async () => {
      const { operator } = worldOf();
      const application = worldOf().applicationWith(await createKey('doomed', 'VIEWER'));
      const { inbox, ended } = application.graphql.subscribe(
        'subscription { messages(topicFilter: "beat") { topic } }',
      );
      await waitFor(
        async () => {
          await operator.publish('beat', {});
          return inbox.items.length > 0;
        },
        { what: 'the subscription to be there', intervalMs: 50 },
      );
      const askedAt = performance.now();
      await operator.graphql.run('mutation { revokeApiKey(name: "doomed") { apiKey { revokedAt } } }');
      await expect(ended).rejects.toThrow(/closed with 4403 .*revoked/);
      const took = performance.now() - askedAt;
      worldOf().note('API key revoked', took);
      expect(took).toBeLessThan(1000);
      await expect(application.graphql.run(ME)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', httpStatus: 401 });
    });

    it('of the last administrator cannot be revoked', async () => {
      const { operator } = worldOf();
      const { me } = await operator.graphql.run<{ me: { name: string } }>(ME);
      await operator.graphql.run('mutation { revokeApiKey(name: "key-ADMIN") { apiKey { name } } }');
      const attempt = operator.graphql.run(
        'mutation ($name: String!) { revokeApiKey(name: $name) { apiKey { name } } }',
        me,
      );
      await expect(attempt).rejects.toMatchObject({ code: 'InvalidRequest' });
      await expect(operator.graphql.run(ME)).resolves.toEqual({ me: { name: me.name, role: 'ADMIN' } });
    });
  });

  describe('a token of the OpenID Connect issuer', () => {
    it.each(ROLES)('that gives the role %s may do what that role is for, and no more', async (role) => {
      const { issuer } = worldOf();
      const token = await issuer.token('ada', ['unrelated', `thingcore-${role.toLowerCase()}`]);
      const application = worldOf().applicationWith(token);
      await expect(application.graphql.run(ME)).resolves.toEqual({ me: { name: 'ada', role } });
      await expectRole(application, role);
    });

    it('opens a WebSocket', async () => {
      const { issuer, operator } = worldOf();
      const application = worldOf().applicationWith(await issuer.token('ada', ['thingcore-viewer']));
      const seen = application.watchMessages('token/beat');
      await waitFor(
        async () => {
          await operator.publish('token/beat', {});
          return seen.items.length > 0;
        },
        { what: 'the subscription to see a message', intervalMs: 50 },
      );
    });

    it.each([
      ['has expired', 'UNAUTHENTICATED', { expiresIn: -60 }],
      ['is for another audience', 'UNAUTHENTICATED', { audience: 'somebody-else' }],
      ['is of another issuer', 'UNAUTHENTICATED', { issuer: 'https://login.example.com' }],
      ['has the signature of another key', 'UNAUTHENTICATED', { isForged: true }],
    ])('that %s is refused over HTTP and WebSocket', async (_name, code, options) => {
      const token = await worldOf().issuer.token('eve', ['thingcore-admin'], options);
      const application = worldOf().applicationWith(token);
      await expect(application.graphql.run(ME)).rejects.toMatchObject({ code });
      const { ended } = application.graphql.subscribe('subscription { messages(topicFilter: "#") { topic } }');
      await expect(ended).rejects.toThrow('closed with 4403');
    });

    it('without a signature is refused', async () => {
      const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      const [, claims = ''] = (await worldOf().issuer.token('eve', ['thingcore-admin'])).split('.');
      const application = worldOf().applicationWith(`${encode({ alg: 'none' })}.${claims}.`);
      await expect(application.graphql.run(ME)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    });

    it('that gives no role is refused as such', async () => {
      const application = worldOf().applicationWith(await worldOf().issuer.token('bob', ['unrelated']));
      await expect(application.graphql.run(ME)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    });
  });
}
