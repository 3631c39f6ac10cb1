import type { registerThing, ReplyOf } from '#thingcore/contracts';
import type { ProvisioningPlan } from '#thingcore/provisioning-template';
import type { RegistryContext } from '../changes/registry-context.js';
import type { Provisioned } from './provisioning.service.js';

/** What is told of a thing that was registered. AWS: RegisterThing, "resourceArns": by the logical names of the template. */
export function registrationReply(
  context: RegistryContext,
  { thing, certificate, policies }: ProvisioningPlan,
  { thingName, certificateId, newCertificatePem }: Provisioned,
): ReplyOf<typeof registerThing> {
  return {
    thingName,
    certificateId,
    ...(newCertificatePem === undefined ? {} : { certificatePem: newCertificatePem }),
    resourceArns: {
      [thing.logicalName]: context.arn('thing', thingName),
      [certificate.logicalName]: context.arn('cert', certificateId),
      ...Object.fromEntries(
        policies.map(({ logicalName, policyName }) => [logicalName, context.arn('policy', policyName)]),
      ),
    },
  };
}
