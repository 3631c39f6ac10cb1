import {
  CreateDomainConfigurationCommand,
  DescribeDomainConfigurationCommand,
  DescribeEndpointCommand,
  ListDomainConfigurationsCommand,
} from '@aws-sdk/client-iot';
import { hostname } from 'node:os';
import { Logger, readConfig, Scope } from '#thingcore/platform';
import { gatewaySettings } from '../../gateway.config.js';
import { Installation } from '../installation.js';
import { describeArea } from './area.fixture.js';

const NAME = 'iot:Data-ATS';
const SUMMARY = {
  domainConfigurationName: NAME,
  domainConfigurationArn: 'arn:aws:iot:us-east-1:123456789012:domainconfiguration/iot:Data-ATS',
  serviceType: 'DATA',
};

/** What AWS SDKs expect of endpoints. */
export function describeEndpoints(): void {
  describeArea(
    'the endpoint that the operator has named',
    [
      ...[undefined, 'iot:Data', 'iot:Data-ATS', 'IOT:Data-ATS', 'IOT:DATA'].map((endpointType) => ({
        name: `DescribeEndpoint of ${endpointType ?? 'no type'}`,
        send: (iot: { send(command: DescribeEndpointCommand): Promise<unknown> }) =>
          iot.send(new DescribeEndpointCommand({ endpointType })),
        output: { endpointAddress: 'iot.plant.example' },
      })),
      {
        name: 'ListDomainConfigurations: that of the endpoint',
        send: (iot) => iot.send(new ListDomainConfigurationsCommand({ serviceType: 'DATA', pageSize: 1 })),
        output: { domainConfigurations: [SUMMARY] },
      },
      {
        name: 'ListDomainConfigurations of a service that there is not',
        send: (iot) => iot.send(new ListDomainConfigurationsCommand({ serviceType: 'JOBS' })),
        output: { domainConfigurations: [] },
      },
      {
        name: 'DescribeDomainConfiguration',
        send: (iot) => iot.send(new DescribeDomainConfigurationCommand({ domainConfigurationName: NAME })),
        output: {
          ...SUMMARY,
          domainName: 'iot.plant.example',
          serverCertificates: [],
          domainConfigurationStatus: 'ENABLED',
          domainType: 'AWS_MANAGED',
        },
      },
    ],
    [
      ...['iot:Jobs', 'iot:CredentialProvider', 'iot:DeviceAdvisor', 'iot:Data-Beta'].map((endpointType) => ({
        name: `the endpoint type ${endpointType}, which is not served`,
        send: (iot: { send(command: DescribeEndpointCommand): Promise<unknown> }) =>
          iot.send(new DescribeEndpointCommand({ endpointType })),
        error: 'InvalidRequestException',
        status: 400,
        message: `Endpoint type ${endpointType} is not served by Thingcore`,
      })),
      {
        name: 'an endpoint type that is none',
        send: (iot) => iot.send(new DescribeEndpointCommand({ endpointType: 'constructor' })),
        error: 'InvalidRequestException',
        status: 400,
        message: /^Endpoint type constructor not recognized\.$/,
      },
      {
        name: 'a domain configuration that does not exist',
        send: (iot) => iot.send(new DescribeDomainConfigurationCommand({ domainConfigurationName: 'mine' })),
        error: 'ResourceNotFoundException',
        status: 404,
      },
      {
        name: 'to create a domain configuration',
        send: (iot) => iot.send(new CreateDomainConfigurationCommand({ domainConfigurationName: 'mine' })),
        error: 'NotImplementedException',
        status: 501,
      },
    ],
    { endpoint: 'iot.plant.example', brokerHostnames: ['broker.plant.example'] },
  );

  describe('the endpoint of an installation', () => {
    const logger = Logger.create({ service: 'gateway', level: 'silent', format: 'json' });
    const scope = new Scope('us-east-1', '123456789012');
    const endpointOf = (environment: NodeJS.ProcessEnv) =>
      new Installation(readConfig(gatewaySettings, environment), scope, logger).endpoint;

    it.each([
      ['the first name of the broker', { THINGCORE_BROKER_HOSTNAMES: 'broker.example, 10.0.0.7' }, 'broker.example'],
      ['the name of the machine', {}, hostname()],
      ['an address', { THINGCORE_GATEWAY_ENDPOINT: '10.0.0.7' }, '10.0.0.7'],
    ])('is %s unless the operator names another', (_name, environment, endpoint) => {
      expect(endpointOf(environment)).toBe(endpoint);
    });

    it.each(['https://iot.example', 'iot.example:8883', '-a', 'a/b'])('is never %s', (text) => {
      expect(() => endpointOf({ THINGCORE_GATEWAY_ENDPOINT: text })).toThrow('must be a host name, without a port');
    });
  });
}
