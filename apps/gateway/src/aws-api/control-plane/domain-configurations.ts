import type {
  DescribeDomainConfigurationRequest,
  DescribeDomainConfigurationResponse,
  DomainConfigurationSummary,
  ListDomainConfigurationsRequest,
  ListDomainConfigurationsResponse,
} from '@aws-sdk/client-iot';
import { IotError } from '#thingcore/errors';
import { iotArn } from '#thingcore/policy';
import type { Installation } from '../installation.js';
import { handler, type OperationHandlers } from '../operation-handler.js';
import { pageOfAll } from '../pages.js';

/** AWS: the name of the configuration that every account has for its data endpoint. */
const DATA = 'iot:Data-ATS';

/** AWS: Control plane, domain configurations. There is one, that of the endpoint; nobody has made it, or can change it here. */
export const domainConfigurationHandlers: OperationHandlers = {
  ListDomainConfigurations: handler<ListDomainConfigurationsRequest, ListDomainConfigurationsResponse>(
    'viewer',
    ({ installation }, { serviceType, ...request }) => {
      const all = [toSummary(installation)].filter((one) => (serviceType ?? one.serviceType) === one.serviceType);
      const { page, nextToken } = pageOfAll(all, () => DATA, request);
      return Promise.resolve({ domainConfigurations: page, nextMarker: nextToken });
    },
  ),

  DescribeDomainConfiguration: handler<DescribeDomainConfigurationRequest, DescribeDomainConfigurationResponse>(
    'viewer',
    ({ installation }, { domainConfigurationName }) => {
      if (domainConfigurationName !== DATA) {
        const message = `Domain configuration ${domainConfigurationName} does not exist`;
        const details = { field: 'domainConfigurationName' };
        return Promise.reject(new IotError('ResourceNotFound', message, { details }));
      }
      return Promise.resolve({
        ...toSummary(installation),
        domainName: installation.endpoint,
        serverCertificates: [],
        domainConfigurationStatus: 'ENABLED',
        domainType: 'AWS_MANAGED',
      });
    },
  ),
};

function toSummary({ scope }: Installation): DomainConfigurationSummary {
  return {
    domainConfigurationName: DATA,
    domainConfigurationArn: iotArn(scope, 'domainconfiguration', DATA),
    serviceType: 'DATA',
  };
}
