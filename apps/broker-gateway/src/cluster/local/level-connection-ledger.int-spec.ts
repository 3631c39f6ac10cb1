import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LevelConnectionLedger } from './level-connection-ledger.js';

describe('LevelConnectionLedger', () => {
  const claim = {
    clientId: 'lamp',
    isPersistent: false,
    endsAfterMs: 0,
    details: {},
    nodeId: 'me',
    token: 7,
  };
  let directory: string;
  let ledger: LevelConnectionLedger;

  const reopen = async () => {
    await ledger.close();
    ledger = new LevelConnectionLedger(directory);
    return ledger.open();
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'ledger-'));
    ledger = new LevelConnectionLedger(directory);
    await ledger.open();
  });

  afterEach(async () => {
    await ledger.close();
    await rm(directory, { recursive: true });
  });

  it('writes what was noted, at its close at the latest', async () => {
    ledger.note({ connection: ['lamp', claim] });
    expect((await reopen()).connections).toEqual([claim]);
  });

  it('has what was noted before a write in it when the write is done', async () => {
    ledger.note({ connection: ['lamp', claim], ending: ['lamp', 5] });
    await ledger.write({ will: [7, Buffer.from('bye')], ending: ['lamp', undefined] });
    const estate = await reopen();
    expect(estate.connections).toEqual([claim]);
    expect(estate.wills).toEqual(new Map([[7, Buffer.from('bye')]]));
    expect(estate.endings).toEqual(new Map());
  });

  it('keeps the last of what was noted of one client', async () => {
    ledger.note({ connection: ['lamp', claim] });
    ledger.note({ connection: ['lamp', undefined] });
    ledger.note({ connection: ['bulb', { ...claim, clientId: 'bulb' }] });
    expect((await reopen()).connections.map(({ clientId }) => clientId)).toEqual(['bulb']);
  });
});
