import { ClassicLevel } from 'classic-level';
import { makeTempDir } from '#thingcore/testing';
import { LevelRetainedRecords } from './level-retained-records.js';
import { describeRetainedStore } from './retained-store.contract.js';

let database: ClassicLevel;

afterEach(() => database.close());

describeRetainedStore('files', async () => {
  database = new ClassicLevel(await makeTempDir());
  return new LevelRetainedRecords(database);
});
