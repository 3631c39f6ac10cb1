// The registry as far as a broker asks it: one authority, and one device whose policy allows what the bench does.
import { Controller, Module } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { getAuthority, issueServerCertificate, listPrincipalChanges, resolvePrincipals } from '#thingcore/contracts';
import { issueServerCertificate as sign } from '#thingcore/pki';

const ARN = 'arn:aws:iot:us-east-1:123456789012:';

/** Statements as a fleet has them: by topic, not `*`. */
export const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 'iot:Connect', Resource: `${ARN}client/bench-*` },
    { Effect: 'Allow', Action: ['iot:Publish', 'iot:Receive'], Resource: `${ARN}topic/bench/*` },
    { Effect: 'Allow', Action: 'iot:Subscribe', Resource: `${ARN}topicfilter/bench/*` },
    { Effect: 'Deny', Action: 'iot:*', Resource: `${ARN}topic/bench/forbidden/*` },
  ],
});

export function registryStub(authority, certificateId) {
  const validity = () => ({ notBefore: new Date(), notAfter: new Date(Date.now() + 365 * 86_400_000) });
  const principal = { certificateId, status: 'ACTIVE', notBefore: 0, notAfter: validity().notAfter.getTime() };
  const policies = [{ policyName: 'bench', policyVersionId: '1', policyDocument: POLICY }];
  class RegistryStub {
    authority() {
      return { authorityPem: authority.certificatePem };
    }
    async certificate({ csrPem, hostnames }) {
      const { certificatePem } = await sign({ authority, csrPem, hostnames, ...validity() });
      return { certificateChainPem: certificatePem, authorityPem: authority.certificatePem };
    }
    principals({ connections }) {
      return { principals: connections.map(() => ({ ...principal, policies })) };
    }
    changes() {
      return { changes: [], cursor: '0', isComplete: true };
    }
  }
  const handlers = {
    authority: getAuthority,
    certificate: issueServerCertificate,
    principals: resolvePrincipals,
    changes: listPrincipalChanges,
  };
  for (const [name, { pattern }] of Object.entries(handlers)) {
    const descriptor = Object.getOwnPropertyDescriptor(RegistryStub.prototype, name);
    MessagePattern(pattern)(RegistryStub.prototype, name, descriptor);
  }
  Controller()(RegistryStub);
  class RegistryStubModule {}
  Module({ controllers: [RegistryStub] })(RegistryStubModule);
  return RegistryStubModule;
}
