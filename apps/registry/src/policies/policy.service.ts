import { Injectable } from '@nestjs/common';
import { type ParsedRequestOf, type Policy, createPolicy, principalChanged } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { Clock, Scope } from '#thingcore/platform';
import { iotArn, parsePolicyDocument } from '#thingcore/policy';
import { EventBus } from '#thingcore/transport';
import { CertificateStore } from '../certificates/certificate.store.js';
import { type PolicyRecord, PolicyStore } from './policy.store.js';

/** Policies and what they are attached to. */
@Injectable()
export class PolicyService {
  constructor(
    private readonly policies: PolicyStore,
    private readonly certificates: CertificateStore,
    private readonly events: EventBus,
    private readonly clock: Clock,
    private readonly scope: Scope,
  ) {}

  async create({ policyName, policyDocument }: ParsedRequestOf<typeof createPolicy>): Promise<Policy> {
    parsePolicyDocument(policyDocument);
    if (!(await this.policies.insert(policyName, policyDocument, new Date(this.clock.now())))) {
      throw new IotError('ResourceAlreadyExists', `Policy ${policyName} already exists`, {
        details: { resourceId: policyName, resourceArn: iotArn(this.scope, 'policy', policyName) },
      });
    }
    return this.get(policyName);
  }

  async get(policyName: string): Promise<Policy> {
    return this.toPolicy(await this.policies.get(policyName));
  }

  async attach(policyName: string, certificateId: string): Promise<void> {
    await this.policies.get(policyName);
    await this.certificates.get(certificateId);
    if (await this.policies.attach(policyName, certificateId)) {
      await this.events.publish(principalChanged, { certificateIds: [certificateId] });
    }
  }

  async detach(policyName: string, certificateId: string): Promise<void> {
    await this.policies.get(policyName);
    await this.policies.detach(policyName, certificateId);
    await this.events.publish(principalChanged, { certificateIds: [certificateId] });
  }

  private toPolicy({ policyName, policyDocument, version }: PolicyRecord): Policy {
    return {
      policyName,
      policyArn: iotArn(this.scope, 'policy', policyName),
      policyDocument,
      policyVersionId: String(version),
    };
  }
}
