import { Injectable } from '@nestjs/common';
import { Logger } from '#thingcore/platform';
import type { ConnectRequest, Peer, Rights } from '../connection.js';
import { CertificateDenials } from '../denials/certificate-denials.js';
import { PolicyDenials } from '../denials/policy-denials.js';
import { CertificatePresenter, type Presentation } from './certificate-presenter.js';
import { type Admitted, PrincipalDirectory } from './principal-directory.js';
import type { Standing } from './standing.js';

/** Decides who gets in. */
@Injectable()
export class Admission {
  constructor(
    private readonly directory: PrincipalDirectory,
    private readonly presenter: CertificatePresenter,
    private readonly certificateDenials: CertificateDenials,
    private readonly policyDenials: PolicyDenials,
    private readonly logger: Logger,
  ) {}

  /**
   * Finds out whether the certificate of a peer counts; `undefined` when it does not. Such a peer is a stranger and must
   * not be told anything. Rejects when the registry does not answer.
   */
  async identify(peer: Peer, clientId: string): Promise<Admitted | undefined> {
    const standing = await this.directory.standing(peer, clientId);
    if (standing.kind !== 'refused') return standing;
    await this.refuse(peer, clientId, standing);
    return undefined;
  }

  /** Decides whether the policies let the client in as it asks to, and what it may do then. Throws `Forbidden`. */
  admit(peer: Peer, standing: Admitted, request: ConnectRequest): Rights {
    const { clientId, will } = request;
    const authorizer = this.directory.connectAuthorizer(peer, standing, request);
    const decisions = [
      authorizer.connect(clientId),
      ...(will === undefined ? [] : [authorizer.publish(will.topic, will.retain)]),
    ];
    const denied = decisions.find(({ decision }) => decision !== 'ALLOWED');
    if (denied !== undefined) {
      const thingName = standing.kind === 'principal' ? standing.principal.thing?.thingName : undefined;
      throw this.policyDenials.refusal({ ...peer, clientId, thingName }, authorizer, denied);
    }
    return this.directory.rights(peer, standing, clientId);
  }

  private async refuse(
    peer: Peer,
    clientId: string,
    { principal, reason }: Extract<Standing, { kind: 'refused' }>,
  ): Promise<void> {
    if (peer.accessKey !== undefined) {
      const { sourceIp, principal: accessKeyId } = peer;
      this.logger.info('an access key was refused', { clientId, accessKeyId, sourceIp, reason });
      return;
    }
    const isNew = principal === undefined || principal.status === 'PENDING_ACTIVATION';
    const presentation = isNew ? await this.presenter.present(peer) : undefined;
    const { sourceIp, principal: certificateId } = peer;
    const why = describe(presentation) ?? reason;
    this.logger.info('a certificate was refused', { clientId, certificateId, sourceIp, reason: why });
    const isKnown = principal !== undefined || (presentation !== undefined && presentation.outcome !== 'UNKNOWN');
    // The first connection of a device that was provisioned just now is as it should be.
    if (!isKnown || presentation?.outcome === 'PROVISIONED') return;
    this.certificateDenials.record({ ...peer, clientId, thingName: principal?.thing?.thingName }, why);
  }
}

/** What a presentation came to, as the end of "Certificate … "; `undefined` when it says nothing new. */
function describe(presentation: Presentation | undefined): string | undefined {
  switch (presentation?.outcome) {
    case 'PROVISIONED':
      return 'has been provisioned: the device gets in when it tries again';
    case 'PENDING_ACTIVATION':
      return 'is registered and waits for its activation: set it to ACTIVE';
    case 'PROVISIONING_FAILED':
      return `could not be provisioned: ${presentation.reason ?? 'the registry does not say why'}`;
    case 'UNKNOWN':
    case undefined:
      return undefined;
  }
}
