import type { Principal } from '#thingcore/contracts';
import { subjectsOf } from './principal-subjects.js';

const principal: Principal = {
  certificateId: 'c1',
  status: 'ACTIVE',
  notBefore: 0,
  notAfter: 1,
  policies: [{ policyName: 'operators', policyVersionId: '1', policyDocument: '{}' }],
};

describe('subjectsOf', () => {
  it('names the certificate, its policies and the thing named like the client id, attached or not', () => {
    expect(subjectsOf(principal, 'lamp')).toEqual(['certificate:c1', 'thing:lamp', 'policy:operators']);
  });

  it('names the exclusive thing and all of its groups', () => {
    const thing = { thingName: 'press', attributes: {}, isExclusive: true, groupNames: ['hall', 'site'] };
    expect(subjectsOf({ ...principal, thing }, 'any id')).toEqual([
      'certificate:c1',
      'thing:any id',
      'thing:press',
      'thingGroup:hall',
      'thingGroup:site',
      'policy:operators',
    ]);
  });

  it('names each once', () => {
    const thing = { thingName: 'lamp', attributes: {}, isExclusive: false, groupNames: [] };
    expect(subjectsOf({ ...principal, thing }, 'lamp')).toEqual(['certificate:c1', 'thing:lamp', 'policy:operators']);
  });
});
