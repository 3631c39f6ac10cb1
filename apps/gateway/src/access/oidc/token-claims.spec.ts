import { nameOf, roleOf } from './token-claims.js';

const NAMES = { admin: 'thingcore-admin', operator: 'thingcore-operator', viewer: 'thingcore-viewer' };

describe('roleOf', () => {
  it.each([
    ['a list', 'roles', { roles: ['other', 'thingcore-viewer'] }, 'viewer'],
    [
      'the highest role of several',
      'roles',
      { roles: ['thingcore-viewer', 'thingcore-admin', 'thingcore-operator'] },
      'admin',
    ],
    ['a single text', 'roles', { roles: 'thingcore-operator' }, 'operator'],
    ['one text of several words', 'scope', { scope: 'openid thingcore-viewer email' }, 'viewer'],
    ['the path of Keycloak', 'realm_access.roles', { realm_access: { roles: ['thingcore-admin'] } }, 'admin'],
    [
      'a claim with dots in its name',
      'https://plant.example/roles',
      { 'https://plant.example/roles': ['thingcore-admin'] },
      'admin',
    ],
    [
      'the claim with dots before the path',
      'a.b',
      { 'a.b': ['thingcore-viewer'], a: { b: ['thingcore-admin'] } },
      'viewer',
    ],
    ['no claim', 'roles', {}, undefined],
    ['other roles only', 'roles', { roles: ['admin', 'THINGCORE-ADMIN'] }, undefined],
    ['a role that only begins alike', 'roles', { roles: 'thingcore-administrators' }, undefined],
    ['an object', 'roles', { roles: { 'thingcore-admin': true } }, undefined],
    ['a number', 'roles', { roles: 7 }, undefined],
    ['a path through a text', 'a.b', { a: 'thingcore-admin' }, undefined],
    ['a path through null', 'a.b', { a: null }, undefined],
    ['a path to what every object has', 'a.constructor.name', { a: {} }, undefined],
  ])('reads %s', (_name, claim, claims, role) => {
    expect(roleOf(claims, { claim, names: NAMES })).toBe(role);
  });
});

describe('nameOf', () => {
  it.each([
    ['the name that people know', { sub: 's', client_id: 'c', email: 'e', preferred_username: 'ada' }, 'ada'],
    ['the address', { sub: 's', email: 'ada@plant.example' }, 'ada@plant.example'],
    ['the client of a machine', { sub: 's', client_id: 'nightly-report' }, 'nightly-report'],
    ['the subject', { sub: 's', preferred_username: '', email: 7 }, 's'],
    ['nothing', {}, 'a token without a name'],
  ])('is %s', (_name, claims, name) => {
    expect(nameOf(claims)).toBe(name);
  });
});
