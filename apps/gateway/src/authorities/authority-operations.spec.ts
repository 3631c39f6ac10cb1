import { listAuthorities, retireAuthority, rotateAuthority } from '#thingcore/contracts';
import { describeOperations } from '../operations.fixture.js';
import { anId, CREATED_AT, CREATED_AT_TEXT } from '../registry.fixture.js';

const AUTHORITY = {
  authorityId: anId('a'),
  certificatePem: 'PEM',
  state: 'SIGNING',
  notAfter: CREATED_AT,
  createdAt: CREATED_AT,
};

describeOperations('the operations of authorities', [
  {
    name: 'authorities',
    operation: '{ authorities { nodes { id pem state notAfter createdAt } } }',
    command: listAuthorities,
    request: {},
    reply: { authorities: [AUTHORITY] },
    data: {
      authorities: {
        nodes: [{ id: anId('a'), pem: 'PEM', state: 'SIGNING', notAfter: CREATED_AT_TEXT, createdAt: CREATED_AT_TEXT }],
      },
    },
  },
  {
    name: 'rotateAuthority',
    operation: 'mutation { rotateAuthority { authority { id } } }',
    command: rotateAuthority,
    request: {},
    reply: AUTHORITY,
    data: { rotateAuthority: { authority: { id: anId('a') } } },
  },
  {
    name: 'retireAuthority',
    operation: `mutation { retireAuthority(authorityId: "${anId('a')}") { authority { state } } }`,
    command: retireAuthority,
    request: { authorityId: anId('a') },
    reply: { ...AUTHORITY, state: 'RETIRED' },
    data: { retireAuthority: { authority: { state: 'RETIRED' } } },
  },
]);
