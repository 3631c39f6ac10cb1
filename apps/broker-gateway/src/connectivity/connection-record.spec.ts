import { connection } from './connectivity-log.contract.js';
import { toConnectivity } from './connection-record.js';

describe('toConnectivity', () => {
  const record = connection('lamp', 7, { nodeId: 'node-1', thingName: 'lamp', isExclusive: true });
  const { nodeId: _nodeId, isExclusive: _isExclusive, ...known } = record;

  it('says since when a client is connected', () => {
    expect(toConnectivity({ record }, new Set(['node-1']))).toEqual({ ...known, connected: true, timestamp: 7_000 });
  });

  it('says when a connection ended and why, whatever became of its node', () => {
    const end = { disconnectedSince: 9_000, disconnectReason: 'CLIENT_ERROR' };
    const ended = { ...known, ...end, connected: false, timestamp: 9_000 };
    expect(toConnectivity({ record, end }, new Set(['node-1']))).toEqual(ended);
    expect(toConnectivity({ record, end }, new Set())).toEqual(ended);
  });

  // AWS: GetThingConnectivityData, disconnectReason UNKNOWN
  it('says of a connection whose node died that nobody knows how it ended', () => {
    expect(toConnectivity({ record }, new Set(['node-2']))).toEqual({
      ...known,
      connected: false,
      timestamp: 7_000,
      disconnectReason: 'UNKNOWN',
    });
  });
});
