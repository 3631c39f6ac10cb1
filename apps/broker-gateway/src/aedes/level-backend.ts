import LevelPersistence from 'aedes-persistence-level/asyncPersistence.js';
import { ClassicLevel } from 'classic-level';
import mqemitter from 'mqemitter';
import type { AedesBackend } from './aedes-backend.js';

/** Sessions and messages in a database of files, messages carried in process. Caution: for one process only. */
export function levelBackend(directory: string): AedesBackend {
  const persistence = new LevelPersistence(new ClassicLevel(directory));
  return {
    persistence,
    emitter: mqemitter({ concurrency: 100, matchEmptyLevels: true }),
    close: () => persistence.destroy(),
  };
}
