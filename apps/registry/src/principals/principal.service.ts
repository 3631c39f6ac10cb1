import { Injectable } from '@nestjs/common';
import type { Principal } from '#thingcore/contracts';
import { CertificateStore } from '../certificates/certificate.store.js';
import { PolicyStore } from '../policies/policy.store.js';
import { ThingStore } from '../things/thing.store.js';

/** Brings together all that decides what the holder of a certificate may do. */
@Injectable()
export class PrincipalService {
  constructor(
    private readonly certificates: CertificateStore,
    private readonly things: ThingStore,
    private readonly policies: PolicyStore,
  ) {}

  async resolve(certificateId: string): Promise<Principal> {
    const [certificate, things, policies] = await Promise.all([
      this.certificates.get(certificateId),
      this.things.ofCertificate(certificateId),
      this.policies.ofCertificate(certificateId),
    ]);
    return {
      certificateId,
      status: certificate.status,
      notBefore: certificate.notBefore.getTime(),
      notAfter: certificate.notAfter.getTime(),
      things: things.map(({ thingName, attributes }) => ({ thingName, attributes })),
      policies: policies.map(({ policyName, policyDocument }) => ({ policyName, policyDocument })),
    };
  }
}
