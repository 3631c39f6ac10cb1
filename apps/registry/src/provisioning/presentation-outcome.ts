import type { presentCertificate, ReplyOf } from '#thingcore/contracts';
import type { Presentation } from './just-in-time-registration.js';

/** What a connection that showed a certificate of this status is told. */
export function outcomeOf(status: Presentation['status']): ReplyOf<typeof presentCertificate>['outcome'] {
  switch (status) {
    case 'PENDING_ACTIVATION':
      return 'PENDING_ACTIVATION';
    // Whoever provisioned it was faster than this connection.
    case 'ACTIVE':
      return 'PROVISIONED';
    case 'INACTIVE':
    case 'REVOKED':
    case 'UNKNOWN':
      return 'UNKNOWN';
  }
}
