import { type ArnScope, iotArn } from '#thingcore/policy';

/** The policy of a temporary claim, in the form that connections get policies. */
export interface ClaimPolicy {
  readonly policyName: string;
  readonly policyVersionId: string;
  readonly policyDocument: string;
}

/**
 * What the holder of a temporary claim may do: connect, and provision with one template. AWS: "Provisioning by trusted
 * user". Its name is none that a policy can have, so that nobody takes it for one of the registry.
 */
export function claimPolicy(scope: ArnScope, templateName: string): ClaimPolicy {
  const places = [
    '$aws/certificates/create/*',
    '$aws/certificates/create-from-csr/*',
    `$aws/provisioning-templates/${templateName}/provision/*`,
  ];
  const document = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'iot:Connect', Resource: iotArn(scope, 'client', '*') },
      {
        Effect: 'Allow',
        Action: ['iot:Publish', 'iot:Receive'],
        Resource: places.map((place) => iotArn(scope, 'topic', place)),
      },
      {
        Effect: 'Allow',
        Action: 'iot:Subscribe',
        Resource: places.map((place) => iotArn(scope, 'topicfilter', place)),
      },
    ],
  };
  return {
    policyName: `provisioning-claim:${templateName}`,
    policyVersionId: '1',
    policyDocument: JSON.stringify(document),
  };
}
