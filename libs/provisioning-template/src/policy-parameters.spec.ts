import type { JsonValue } from '#thingcore/errors';
import type { TemplateKind } from './index.js';
import { failureOf, PARAMETERS, planOf } from './templates.fixture.js';

const PLACE = 'Resources.policy.Properties.PolicyDocument';
const RESOURCE = 'arn:aws:iot:r:1:client/';

function documentOf(document: JsonValue, parameters: Record<string, string>): unknown {
  return planOf({ policy: { PolicyDocument: document } }, parameters).policies;
}

describe('a value that a device or a caller gives for a policy document', () => {
  const kinds: Record<TemplateKind, { name: string }> = {
    FLEET_PROVISIONING: { name: 'Serial' },
    JITP: { name: 'AWS::IoT::Certificate::CommonName' },
    REGISTER: { name: 'Serial' },
  };

  it.each(Object.entries(kinds) as [TemplateKind, { name: string }][])(
    'must not be a wildcard in a template of the kind %s',
    (kind, { name }) => {
      const parameters = Object.fromEntries(
        [name, 'AWS::IoT::Certificate::Id'].map((parameter) => [parameter, { Type: 'String' }]),
      );
      const document = { 'Fn::Join': ['', [RESOURCE, { Ref: name }]] };
      const parts = { parameters, policy: { PolicyDocument: document } };
      const resolve = (value: string) =>
        planOf(parts, { [name]: value, 'AWS::IoT::Certificate::Id': 'ab12' }, kind).policies;
      expect(resolve('pump-7.a:b_c/d e')).toMatchObject([{ policyDocument: `${RESOURCE}pump-7.a:b_c/d e` }]);
      const error = failureOf(() => resolve('*'));
      expect(error).toMatchObject({
        code: 'InvalidRequest',
        details: { field: `${PLACE}.Fn::Join[1][1].Ref`, parameter: name },
      });
      expect(error.message).toContain(name);
      expect(error.message).toContain('${iot:Connection.Thing.ThingName}');
    },
  );

  it.each(['*', 'a*', '?', '$', '${iot:ClientId}', '+', 'a/#', '"', '\\', '\u0000', 'a\nb', '\u007f', '\u0085'])(
    'must not hold %j',
    (Serial) => {
      const given = { ...PARAMETERS, Serial };
      const code = 'InvalidRequest';
      expect(failureOf(() => documentOf({ Ref: 'Serial' }, given))).toMatchObject({ code });
      expect(failureOf(() => documentOf({ 'Fn::Sub': `${RESOURCE}\${Serial}` }, given))).toMatchObject({ code });
    },
  );

  it.each<{ name: string; document: JsonValue; field: string }>([
    {
      name: 'deep in a document',
      document: { Statement: [{ Resource: [{ 'Fn::Sub': ['${x}', { x: { Ref: 'Serial' } }] }] }] },
      field: '.Statement[0].Resource[0].Fn::Sub[1].x.Ref',
    },
    {
      name: 'in a list that is split',
      document: { a: { 'Fn::Split': [',', { Ref: 'Serial' }] } },
      field: '.a.Fn::Split[1].Ref',
    },
    {
      name: 'where a default would do',
      document: { 'Fn::Join': ['', [{ Ref: 'Zone' }]] },
      field: '.Fn::Join[1][0].Ref',
    },
  ])('is looked at $name', ({ document, field }) => {
    const error = failureOf(() => documentOf(document, { ...PARAMETERS, Serial: '*', Zone: '*' }));
    expect(error).toMatchObject({ code: 'InvalidRequest', details: { field: `${PLACE}${field}` } });
  });

  it('may hold anything that only the author of the template says: defaults, mappings, literals', () => {
    const mappings = { Zones: { north: { Topic: 'a/#' } } };
    const parameters = { Any: { Type: 'String', Default: '*' }, Zone: { Type: 'String', Default: 'north' } };
    const values: JsonValue[] = [
      { Ref: 'Any' },
      { 'Fn::FindInMap': ['Zones', { Ref: 'Zone' }, 'Topic'] },
      '${iot:ClientId}',
    ];
    const { policies } = planOf({
      mappings,
      parameters,
      policy: { PolicyDocument: { 'Fn::Join': ['|', values] } },
    });
    expect(policies).toMatchObject([{ policyDocument: '*|a/#|${iot:ClientId}' }]);
  });

  it('may hold anything outside of policy documents', () => {
    const plan = planOf(
      { thing: { ThingName: { Ref: 'Serial' } }, policy: { PolicyDocument: '{}' } },
      { ...PARAMETERS, Serial: '*' },
    );
    expect(plan.thing.thingName).toBe('*');
  });
});
