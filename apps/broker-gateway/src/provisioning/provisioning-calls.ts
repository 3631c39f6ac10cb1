import { Injectable } from '@nestjs/common';
import { createFleetCertificateFromCsr, createFleetKeysAndCertificate, registerFleetThing } from '#thingcore/contracts';
import { RpcClient } from '#thingcore/transport';
import type { Connection } from '../connection.js';
import type { ProvisioningDocument } from './provisioning-document.js';

/** A hook may be given thirty seconds, and all that the template says is made behind it. */
const REGISTRATION_DEADLINE_MS = 35_000;

/** What came of a request that was carried out. */
export interface Provisioned {
  /** What the device is told: of the first two operations it may hold a private key and holds a token. */
  readonly answer: object;
  /** What may stand in the log. */
  readonly made: { readonly certificateId: string; readonly thingName?: string };
}

/** Has the registry do what devices ask for. AWS: Device provisioning MQTT API, the payloads of the answers. */
@Injectable()
export class ProvisioningCalls {
  constructor(private readonly rpc: RpcClient) {}

  /** Has a request of a connection carried out. Rejects with the error that the registry gave. */
  async perform(document: ProvisioningDocument, { principal, clientId }: Connection): Promise<Provisioned> {
    const claim = { claimCertificateId: principal, clientId };
    switch (document.operation) {
      case 'create-keys-and-certificate': {
        const made = await this.rpc.call(createFleetKeysAndCertificate, claim);
        const { certificateId, certificatePem, privateKey, certificateOwnershipToken } = made;
        const answer = { certificateId, certificatePem, privateKey, certificateOwnershipToken };
        return { answer, made: { certificateId } };
      }
      case 'create-certificate-from-csr': {
        const { certificateSigningRequest } = document;
        const made = await this.rpc.call(createFleetCertificateFromCsr, { ...claim, certificateSigningRequest });
        const { certificateOwnershipToken, certificateId, certificatePem } = made;
        return { answer: { certificateOwnershipToken, certificateId, certificatePem }, made: { certificateId } };
      }
      case 'register-thing': {
        const { templateName, certificateOwnershipToken, parameters } = document;
        const request = { ...claim, templateName, certificateOwnershipToken, parameters: { ...parameters } };
        const made = await this.rpc.call(registerFleetThing, request, { deadlineMs: REGISTRATION_DEADLINE_MS });
        const { deviceConfiguration, thingName, certificateId } = made;
        return { answer: { deviceConfiguration, thingName }, made: { certificateId, thingName } };
      }
    }
  }
}
