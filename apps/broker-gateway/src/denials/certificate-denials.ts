import { Injectable } from '@nestjs/common';
import { Scope } from '#thingcore/platform';
import { iotArn } from '#thingcore/policy';
import type { Connection } from '../connection.js';
import { DenialRecorder } from './denial-recorder.js';
import { type DeniedClient, deniedClient } from './denied-client.js';

const ACTION = 'iot:Connect';

/** What is denied because the certificate itself does not count, so that no policy was asked. */
@Injectable()
export class CertificateDenials {
  constructor(
    private readonly recorder: DenialRecorder,
    private readonly scope: Scope,
  ) {}

  /**
   * Records that a certificate that the registry knows was not let in; answers the id of the denial.
   *
   * @param reason the end of the sentence "Certificate … "
   */
  record(client: DeniedClient, reason: string): string | undefined {
    return this.recorder.record(client, ACTION, () => ({
      cause: 'CERTIFICATE',
      action: ACTION,
      resource: iotArn(this.scope, 'client', client.clientId),
      summary: `Certificate ${client.principal} ${reason}.`,
      statements: [],
    }));
  }

  /** Records that the certificate of a live connection does not count any more; answers what its client is told. */
  ofConnection(connection: Connection, reason: string): string {
    const denialId = this.record(deniedClient(connection), reason);
    const what = `The certificate of this connection ${reason}`;
    return denialId === undefined ? what : `${what}, see denial ${denialId}`;
  }
}
