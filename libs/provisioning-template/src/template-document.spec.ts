import type { JsonObject, JsonValue } from '#thingcore/errors';
import { JITP_PARAMETERS, parseProvisioningTemplate, resolveTemplate, type TemplateKind } from './index.js';
import { aTemplate, failureOf, PARAMETERS, planOf } from './templates.fixture.js';

describe('the text of a template', () => {
  it.each([
    { name: 'an empty text', text: '', line: 1, column: 1, field: '', says: 'the text ends' },
    { name: 'no JSON', text: '{"a" 1}', line: 1, column: 6, field: 'a', says: 'Expected ":"' },
    {
      name: 'a comma too few',
      text: '{\n  "Resources": {}\n  "a": 1}',
      line: 3,
      column: 3,
      field: '',
      says: 'Expected ","',
    },
    { name: 'text behind it', text: '{}\n{}', line: 2, column: 1, field: '', says: 'Expected the end' },
    {
      name: 'a name twice',
      text: '{"Resources":{"a":1,"a":2}}',
      line: 1,
      column: 21,
      field: 'Resources.a',
      says: 'twice',
    },
    { name: 'a list', text: '[]', line: 1, column: 1, field: '', says: 'must be an object' },
    { name: 'an unknown section', text: '{"Resource":{}}', line: 1, column: 2, field: 'Resource', says: 'Resources' },
    { name: 'no resources', text: '{}', line: 1, column: 1, field: '', says: 'has no "Resources"' },
    {
      name: 'an unknown property',
      text: '{\n "Resources": {"t": {\n  "Type": "AWS::IoT::Things"}}}',
      line: 2,
      column: 21,
      field: 'Resources.t',
      says: 'has no "Properties"',
    },
    {
      name: 'an unknown type',
      text: '{\n "Resources": {"t": {\n  "Type": "AWS::IoT::Things", "Properties": {}}}}',
      line: 3,
      column: 11,
      field: 'Resources.t.Type',
      says: '"AWS::IoT::Things" is no type of resource; there are AWS::IoT::Thing, AWS::IoT::Certificate, AWS::IoT::Policy',
    },
  ])('is refused for $name at line $line, column $column', ({ text, line, column, field, says }) => {
    const error = failureOf(() => parseProvisioningTemplate(text, 'FLEET_PROVISIONING'));
    expect(error).toMatchObject({ code: 'InvalidRequest', details: { field, line, column } });
    expect(error.message).toContain(says);
    expect(error.message).toContain(`line ${line}, column ${column}`);
  });

  // AWS: quota "Provisioning template size".
  it('has at most 10,240 bytes of UTF-8', () => {
    const text = JSON.stringify(aTemplate());
    expect(() => parseProvisioningTemplate(text.padEnd(10_240), 'FLEET_PROVISIONING')).not.toThrow();
    const error = failureOf(() => parseProvisioningTemplate(text.padEnd(10_241), 'FLEET_PROVISIONING'));
    expect(error.message).toContain('10241 bytes; at most 10240');
    const wide = JSON.stringify(aTemplate({ thing: { BillingGroup: 'ä'.repeat(5_000) } }));
    expect(failureOf(() => parseProvisioningTemplate(wide, 'FLEET_PROVISIONING')).message).toContain('at most 10240');
  });

  it.each(['[', '{"a":', '{"Fn::Join":["",['])('is refused when %s is nested without end', (opening) => {
    const error = failureOf(() => parseProvisioningTemplate(opening.repeat(500), 'REGISTER'));
    expect(error).toMatchObject({ code: 'InvalidRequest', details: { line: 1, column: expect.any(Number) } });
    expect(error.message).toContain('more than 32 levels');
  });

  it('does not count brackets in strings', () => {
    const text = JSON.stringify(aTemplate({ thing: { BillingGroup: '[{"\\'.repeat(100) } }));
    expect(() => parseProvisioningTemplate(text, 'FLEET_PROVISIONING')).not.toThrow();
  });
});

describe('a template as an object', () => {
  it('is refused without line and column', () => {
    const error = failureOf(() => parseProvisioningTemplate({ Parameter: {} }, 'FLEET_PROVISIONING'));
    expect(error).toMatchObject({ code: 'InvalidRequest', details: { field: 'Parameter' } });
    expect(error.details).not.toHaveProperty('line');
    expect(error.message).not.toContain('line');
  });

  it('is refused when it contains itself', () => {
    const body: JsonObject = {};
    body.Resources = body;
    const error = failureOf(() => parseProvisioningTemplate(body, 'FLEET_PROVISIONING'));
    expect(error).toMatchObject({ code: 'InvalidRequest', details: { field: '' } });
    expect(error.message).toContain('refers to itself');
  });

  it('is refused when it is nested without end', () => {
    let body: JsonObject = {};
    for (let level = 0; level < 100_000; level++) body = { a: body };
    expect(failureOf(() => parseProvisioningTemplate(body, 'FLEET_PROVISIONING')).code).toBe('InvalidRequest');
  });
});

describe('parameters', () => {
  const parse = (parameters: JsonValue, kind: TemplateKind = 'REGISTER') =>
    parseProvisioningTemplate({ ...aTemplate({ certificate: { CertificateId: 'a' } }), Parameters: parameters }, kind);

  it.each<{ name: string; parameters: JsonValue; field: string; says: string }>([
    { name: 'a list', parameters: [], field: 'Parameters', says: 'must be an object' },
    { name: 'a type alone', parameters: { A: 'String' }, field: 'Parameters.A', says: 'must be an object' },
    { name: 'no type', parameters: { A: {} }, field: 'Parameters.A', says: 'add "Type": "String"' },
    { name: 'another type', parameters: { A: { Type: 'Number' } }, field: 'Parameters.A.Type', says: '"Number"' },
    {
      name: 'a default that is no string',
      parameters: { A: { Type: 'String', Default: 7 } },
      field: 'Parameters.A.Default',
      says: 'must be a string, not 7',
    },
    {
      name: 'a further member',
      parameters: { A: { Type: 'String', AllowedValues: [] } },
      field: 'Parameters.A.AllowedValues',
      says: 'it may have Type, Default',
    },
    { name: 'an empty name', parameters: { '': { Type: 'String' } }, field: 'Parameters.', says: 'has a name' },
  ])('are refused for $name', ({ parameters, field, says }) => {
    const error = failureOf(() => parse(parameters));
    expect(error).toMatchObject({ code: 'InvalidRequest', details: { field } });
    expect(error.message).toContain(says);
  });

  it('may be left out, and may be empty strings', () => {
    const { Parameters: _none, ...body } = aTemplate({ certificate: { CertificateId: 'a' } });
    expect(parseProvisioningTemplate(body, 'REGISTER').parameters).toEqual([]);
    expect(planOf({ thing: { BillingGroup: { Ref: 'Zone' } } }, { ...PARAMETERS, Zone: '' }).thing.billingGroup).toBe(
      '',
    );
  });

  it('may have names that every object has, with and without a value', () => {
    const parts = {
      parameters: { constructor: { Type: 'String', Default: 'd' } },
      thing: { ThingName: { Ref: 'constructor' } },
    };
    expect(planOf(parts, { 'AWS::IoT::Certificate::Id': 'a' }).thing.thingName).toBe('d');
  });

  it.each([{ value: 7 }, { value: null }, { value: ['a'] }])('are refused with the value $value', ({ value }) => {
    const error = failureOf(() => planOf({}, { ...PARAMETERS, Serial: value as unknown as string }));
    expect(error).toMatchObject({
      code: 'InvalidRequest',
      details: { field: 'Parameters.Serial', parameter: 'Serial' },
    });
  });
});

describe('a parameter without a value', () => {
  it('stops a fleet provisioning, used or not, and all that are missing are named', () => {
    const parameters = { Serial: { Type: 'String' }, Zone: { Type: 'String' } };
    const error = failureOf(() => planOf({ parameters }, { 'AWS::IoT::Certificate::Id': 'a' }));
    expect(error).toMatchObject({
      code: 'InvalidRequest',
      details: { field: 'Parameters.Serial', parameter: 'Serial' },
    });
    expect(error.message).toContain('No value and no default for: "Serial", "Zone"');
  });

  // AWS: just-in-time provisioning fails when the certificate lacks a declared attribute.
  it('stops a just-in-time provisioning, used or not', () => {
    const parameters = {
      'AWS::IoT::Certificate::Id': { Type: 'String' },
      'AWS::IoT::Certificate::Country': { Type: 'String' },
    };
    const error = failureOf(() => planOf({ parameters }, { 'AWS::IoT::Certificate::Id': 'a' }, 'JITP'));
    expect(error.message).toContain('"AWS::IoT::Certificate::Country"');
    const plan = planOf(
      { parameters },
      { 'AWS::IoT::Certificate::Id': 'a', 'AWS::IoT::Certificate::Country': 'DE' },
      'JITP',
    );
    expect(plan.certificate.source).toEqual({ form: 'ID', certificateId: 'a' });
  });

  it('stops RegisterThing only where something refers to it', () => {
    const certificate = { CertificateId: 'a' };
    expect(planOf({ certificate }, {}, 'REGISTER').thing.thingName).toBe('pump');
    const thing = { AttributePayload: { serial: { Ref: 'Serial' } } };
    const error = failureOf(() => planOf({ certificate, thing }, {}, 'REGISTER'));
    expect(error).toMatchObject({
      code: 'InvalidRequest',
      details: { field: 'Resources.thing.Properties.AttributePayload.serial.Ref', parameter: 'Serial' },
    });
  });

  it('stops a fleet provisioning when it is the certificate id', () => {
    const error = failureOf(() => planOf({}, { Serial: '1' }));
    expect(error).toMatchObject({ details: { field: 'Resources.cert.Properties.CertificateId.Ref' } });
  });
});

describe('the names of parameters', () => {
  it.each(JITP_PARAMETERS)('of a just-in-time provisioning template may be %s', (name) => {
    const parameters = { 'AWS::IoT::Certificate::Id': { Type: 'String' }, [name]: { Type: 'String' } };
    const template = parseProvisioningTemplate(aTemplate({ parameters }), 'JITP');
    const values = { 'AWS::IoT::Certificate::Id': 'a', [name]: 'a' };
    expect(resolveTemplate(template, values).certificate.source).toEqual({ form: 'ID', certificateId: 'a' });
  });

  it.each<{ kind: TemplateKind; name: string; says: string }>([
    { kind: 'JITP', name: 'Serial', says: 'AWS::IoT::Certificate::CommonName' },
    { kind: 'JITP', name: 'AWS::IoT::Certificate::Title', says: 'AWS::IoT::Certificate::CommonName' },
    { kind: 'FLEET_PROVISIONING', name: 'AWS::IoT::Certificate::CommonName', says: 'Certificate::Id" only' },
  ])('of $kind may not be $name', ({ kind, name, says }) => {
    const parameters = { 'AWS::IoT::Certificate::Id': { Type: 'String' }, [name]: { Type: 'String' } };
    const error = failureOf(() => parseProvisioningTemplate(aTemplate({ parameters }), kind));
    expect(error).toMatchObject({ code: 'InvalidRequest', details: { field: `Parameters.${name}` } });
    expect(error.message).toContain(says);
  });

  it('of RegisterThing are free', () => {
    const parameters = { 'AWS::IoT::Certificate::CommonName': { Type: 'String' } };
    const template = parseProvisioningTemplate(
      aTemplate({ parameters, certificate: { CertificateId: 'a' } }),
      'REGISTER',
    );
    expect(template.parameters).toEqual([{ name: 'AWS::IoT::Certificate::CommonName' }]);
  });

  it.each(['JITP', 'REGISTER'] as const)('include the certificate id only where %s declares it', (kind) => {
    const error = failureOf(() => parseProvisioningTemplate(aTemplate({ parameters: {} }), kind));
    expect(error.message).toContain('is no parameter of this template: there are none');
  });
});

describe('the sections of a template', () => {
  it.each([
    { kind: 'JITP', section: 'Mappings' },
    { kind: 'JITP', section: 'DeviceConfiguration' },
    { kind: 'REGISTER', section: 'Mappings' },
    { kind: 'REGISTER', section: 'DeviceConfiguration' },
  ] as const)('do not include $section in $kind', ({ kind, section }) => {
    const error = failureOf(() => parseProvisioningTemplate({ ...aTemplate(), [section]: {} }, kind));
    expect(error).toMatchObject({ code: 'InvalidRequest', details: { field: section } });
    expect(error.message).toContain('a fleet provisioning template has');
  });

  it.each([
    { name: 'a list', mappings: [], field: 'Mappings' },
    { name: 'one level', mappings: { a: 'x' }, field: 'Mappings.a' },
    { name: 'two levels', mappings: { a: { b: 'x' } }, field: 'Mappings.a.b' },
    { name: 'a number', mappings: { a: { b: { c: 7 } } }, field: 'Mappings.a.b.c' },
    { name: 'a function', mappings: { a: { b: { c: { Ref: 'Zone' } } } }, field: 'Mappings.a.b.c' },
    { name: 'a function in a list', mappings: { a: { b: { c: [{ Ref: 'Zone' }] } } }, field: 'Mappings.a.b.c[0]' },
  ])('are refused for mappings that are $name', ({ mappings, field }) => {
    const error = failureOf(() => parseProvisioningTemplate(aTemplate({ mappings }), 'FLEET_PROVISIONING'));
    expect(error).toMatchObject({ code: 'InvalidRequest', details: { field } });
  });
});

describe('the resources of a template', () => {
  const resources = aTemplate().Resources as JsonObject;
  const { thing, cert, policy } = resources as { thing: JsonObject; cert: JsonObject; policy: JsonObject };
  const parse = (change: JsonValue) =>
    parseProvisioningTemplate({ ...aTemplate(), Resources: change }, 'FLEET_PROVISIONING');

  it.each<{ name: string; change: JsonValue; field: string; says: string }>([
    { name: 'a list', change: [], field: 'Resources', says: 'must be an object' },
    { name: 'no thing', change: { cert, policy }, field: 'Resources', says: 'has no AWS::IoT::Thing' },
    { name: 'no certificate', change: { thing, policy }, field: 'Resources', says: 'has no AWS::IoT::Certificate' },
    {
      name: 'two things',
      change: { ...resources, b: thing },
      field: 'Resources.b',
      says: '"b" is a second AWS::IoT::Thing',
    },
    {
      name: 'two certificates',
      change: { ...resources, b: cert },
      field: 'Resources.b',
      says: 'a second AWS::IoT::Cert',
    },
    { name: 'a text', change: { ...resources, b: 'x' }, field: 'Resources.b', says: 'must be an object' },
    { name: 'no type', change: { ...resources, b: { Properties: {} } }, field: 'Resources.b', says: 'has no "Type"' },
    {
      name: 'a function for the type',
      change: { ...resources, b: { Type: { Ref: 'Zone' }, Properties: {} } },
      field: 'Resources.b.Type',
      says: 'must be a string',
    },
    {
      name: 'a member of CloudFormation',
      change: { ...resources, b: { ...policy, DependsOn: 'thing' } },
      field: 'Resources.b.DependsOn',
      says: 'it may have Type, Properties, OverrideSettings',
    },
  ])('are refused for $name', ({ change, field, says }) => {
    const error = failureOf(() => parse(change));
    expect(error).toMatchObject({ code: 'InvalidRequest', details: { field } });
    expect(error.message).toContain(says);
  });

  it('may have several policies, in the order of the document, or none', () => {
    const several = parse({ b: { ...policy }, thing, cert, a: { ...policy, Properties: { PolicyName: 'other' } } });
    expect(resolveTemplate(several, PARAMETERS).policies).toEqual([
      { logicalName: 'b', source: 'existing', policyName: 'pump-policy' },
      { logicalName: 'a', source: 'existing', policyName: 'other' },
    ]);
    expect(resolveTemplate(parse({ thing, cert }), PARAMETERS).policies).toEqual([]);
  });

  it('may have any logical names', () => {
    const odd = JSON.parse(JSON.stringify({ '': thing, 'a b': cert }).replace('""', '"__proto__"')) as JsonObject;
    const plan = resolveTemplate(parse(odd), PARAMETERS);
    expect([plan.thing.logicalName, plan.certificate.logicalName]).toEqual(['__proto__', 'a b']);
    expect(plan.certificate.source).toEqual({ form: 'ID', certificateId: 'ab12' });
  });
});
