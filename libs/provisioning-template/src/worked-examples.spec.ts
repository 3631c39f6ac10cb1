import type { JsonObject } from '#thingcore/errors';
import { parseProvisioningTemplate, resolveTemplate } from './index.js';

const FLEET = `{
  "Parameters": {"Serial": {"Type": "String"}, "Zone": {"Type": "String", "Default": "north"}},
  "Mappings": {"Zones": {"north": {"Url": "https://n.example.org"}, "south": {"Url": "https://s.example.org"}}},
  "Resources": {
    "thing": {
      "Type": "AWS::IoT::Thing",
      "Properties": {
        "ThingName": {"Fn::Join": ["", ["pump-", {"Ref": "Serial"}]]},
        "AttributePayload": {"serial": {"Ref": "Serial"}, "zone": {"Ref": "Zone"}},
        "ThingTypeName": "pump", "ThingGroups": ["all-pumps"], "BillingGroup": "bg-1"
      },
      "OverrideSettings": {"AttributePayload": "MERGE", "ThingTypeName": "REPLACE", "ThingGroups": "DO_NOTHING"}
    },
    "cert": {
      "Type": "AWS::IoT::Certificate",
      "Properties": {"CertificateId": {"Ref": "AWS::IoT::Certificate::Id"}, "Status": "ACTIVE"}
    },
    "policy": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyName": "pump-policy"}}
  },
  "DeviceConfiguration": {"baseUrl": {"Fn::FindInMap": ["Zones", {"Ref": "Zone"}, "Url"]}}
}`;

const JITP = `{
  "Parameters": {
    "AWS::IoT::Certificate::CommonName": {"Type": "String"}, "AWS::IoT::Certificate::Id": {"Type": "String"}
  },
  "Resources": {
    "thing": {
      "Type": "AWS::IoT::Thing",
      "Properties": {"ThingName": {"Ref": "AWS::IoT::Certificate::CommonName"}, "ThingGroups": ["jitp"]}
    },
    "certificate": {
      "Type": "AWS::IoT::Certificate",
      "Properties": {"CertificateId": {"Ref": "AWS::IoT::Certificate::Id"}, "Status": "ACTIVE"},
      "OverrideSettings": {"Status": "DO_NOTHING"}
    },
    "policy": {"Type": "AWS::IoT::Policy", "Properties": {"PolicyName": "pump-policy"}}
  }
}`;

const REGISTER = `{
  "Parameters": {"ThingName": {"Type": "String"}, "Serial": {"Type": "String"}, "CSR": {"Type": "String"}},
  "Resources": {
    "thing": {
      "Type": "AWS::IoT::Thing",
      "Properties": {"ThingName": {"Ref": "ThingName"}, "AttributePayload": {"serial": {"Ref": "Serial"}}}
    },
    "certificate": {
      "Type": "AWS::IoT::Certificate",
      "Properties": {"CertificateSigningRequest": {"Ref": "CSR"}, "Status": "Active"}
    },
    "policy": {
      "Type": "AWS::IoT::Policy",
      "Properties": {"PolicyDocument": "{\\"Version\\":\\"2012-10-17\\",\\"Statement\\":[]}"}
    }
  }
}`;

describe('a fleet provisioning template', () => {
  const template = parseProvisioningTemplate(FLEET, 'FLEET_PROVISIONING');

  it('shows its parameters', () => {
    expect(template.parameters).toEqual([{ name: 'Serial' }, { name: 'Zone', default: 'north' }]);
  });

  it('becomes a plan with the values of the device, else the defaults', () => {
    const plan = resolveTemplate(template, { Serial: '800', 'AWS::IoT::Certificate::Id': 'ab12', Extra: 'ignored' });
    expect(plan).toEqual({
      thing: {
        logicalName: 'thing',
        thingName: 'pump-800',
        attributes: { serial: '800', zone: 'north' },
        thingTypeName: 'pump',
        thingGroups: ['all-pumps'],
        billingGroup: 'bg-1',
        overrides: { attributes: 'MERGE', thingTypeName: 'REPLACE', thingGroups: 'DO_NOTHING' },
      },
      certificate: {
        logicalName: 'cert',
        source: { form: 'ID', certificateId: 'ab12' },
        status: 'ACTIVE',
        overrides: { status: 'DO_NOTHING' },
      },
      policies: [{ logicalName: 'policy', source: 'existing', policyName: 'pump-policy' }],
      deviceConfiguration: { baseUrl: 'https://n.example.org' },
    });
    const inTheSouth = { Serial: '800', Zone: 'south', 'AWS::IoT::Certificate::Id': 'ab12' };
    expect(resolveTemplate(template, inTheSouth).deviceConfiguration).toEqual({ baseUrl: 'https://s.example.org' });
  });

  it('is read from an object as from a text', () => {
    const fromObject = parseProvisioningTemplate(JSON.parse(FLEET) as JsonObject, 'FLEET_PROVISIONING');
    const parameters = { Serial: '1', 'AWS::IoT::Certificate::Id': 'x' };
    expect(resolveTemplate(fromObject, parameters)).toEqual(resolveTemplate(template, parameters));
  });
});

describe('a just-in-time provisioning template', () => {
  it('becomes a plan with what the certificate says', () => {
    const parameters = { 'AWS::IoT::Certificate::CommonName': 'pump-7', 'AWS::IoT::Certificate::Id': 'ab12' };
    const plan = resolveTemplate(parseProvisioningTemplate(JITP, 'JITP'), parameters);
    expect(plan).toMatchObject({
      thing: { thingName: 'pump-7', thingGroups: ['jitp'] },
      certificate: { logicalName: 'certificate', source: { form: 'ID', certificateId: 'ab12' }, status: 'ACTIVE' },
      deviceConfiguration: {},
    });
    expect(plan.thing).not.toHaveProperty('attributes');
  });
});

describe('a template for RegisterThing', () => {
  it('becomes a plan with the parameters of the call', () => {
    const parameters = { ThingName: 'pump-7', Serial: '7', CSR: 'a request' };
    const plan = resolveTemplate(parseProvisioningTemplate(REGISTER, 'REGISTER'), parameters);
    expect(plan).toMatchObject({
      thing: { thingName: 'pump-7', attributes: { serial: '7' } },
      certificate: { source: { form: 'CSR', certificateSigningRequest: 'a request' }, status: 'ACTIVE' },
      policies: [
        {
          source: 'document',
          policyName: '68963A60B0F75F7405B7ACC8837C607D107F25CB',
          policyDocument: '{"Version":"2012-10-17","Statement":[]}',
        },
      ],
    });
  });
});
