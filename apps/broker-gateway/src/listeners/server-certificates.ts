import { Inject, Injectable } from '@nestjs/common';
import { Clock, DataDirectory, Logger } from '#thingcore/platform';
import { RpcClient } from '#thingcore/transport';
import { BROKER_CONFIG, type BrokerConfig } from '../broker.config.js';
import type { CertificateAndKey } from './certificate-and-key.js';
import type { CertificateSource } from './certificate-source.js';
import { IssuedCertificate } from './issued-certificate.js';
import { OperatorsCertificate } from './operators-certificate.js';

/** The certificate of the TLS listener: the operator's own, else one signed by the registry. */
@Injectable()
export class ServerCertificates implements CertificateSource {
  private readonly source: CertificateSource;

  constructor(
    rpc: RpcClient,
    dataDirectory: DataDirectory,
    clock: Clock,
    logger: Logger,
    @Inject(BROKER_CONFIG) config: BrokerConfig,
  ) {
    this.source =
      OperatorsCertificate.of(config) ?? new IssuedCertificate({ rpc, dataDirectory, clock, logger }, config.hostnames);
  }

  load(): Promise<CertificateAndKey> {
    return this.source.load();
  }

  renew(): Promise<CertificateAndKey | undefined> {
    return this.source.renew();
  }
}
