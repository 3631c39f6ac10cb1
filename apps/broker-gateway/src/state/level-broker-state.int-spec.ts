import { makeTempDir } from '#thingcore/testing';
import { describeBrokerState } from './broker-state.contract.js';
import { KEPT } from './denial-log.contract.js';
import { LevelBrokerState } from './level-broker-state.js';

describeBrokerState('files', async () => {
  const directory = await makeTempDir();
  return (nodeId) => new LevelBrokerState(directory, nodeId, KEPT);
});
