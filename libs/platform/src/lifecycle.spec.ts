import { Lifecycle, type Stage } from './lifecycle.js';
import { Logger } from './logger.js';

const logger = Logger.create({ service: 'test', level: 'silent', format: 'json' });

function recorder() {
  const log: string[] = [];
  const lifecycle = new Lifecycle(logger);
  const add = (name: string, stage: Stage, failsOn?: 'start' | 'stop') =>
    lifecycle.add({
      name,
      stage,
      start: async () => {
        if (failsOn === 'start') throw new Error(`${name} cannot start`);
        log.push(`+${name}`);
      },
      stop: async () => {
        log.push(`-${name}`);
        if (failsOn === 'stop') throw new Error(`${name} cannot stop`);
      },
    });
  return { lifecycle, add, log };
}

describe('Lifecycle', () => {
  it('starts what prepares before what listens, and stops in the opposite order', async () => {
    const { lifecycle, add, log } = recorder();
    add('port', 'listen');
    add('filters', 'prepare');
    add('engine', 'prepare');
    await lifecycle.start();
    await lifecycle.stop();
    expect(log).toEqual(['+filters', '+engine', '+port', '-port', '-engine', '-filters']);
  });

  it('stops only what was started when a part fails to start', async () => {
    const { lifecycle, add, log } = recorder();
    add('engine', 'prepare');
    add('broken', 'listen', 'start');
    add('port', 'listen');
    await expect(lifecycle.start()).rejects.toThrow('broken cannot start');
    await lifecycle.stop();
    expect(log).toEqual(['+engine', '-engine']);
  });

  it('stops the others when a part fails to stop', async () => {
    const { lifecycle, add, log } = recorder();
    add('engine', 'prepare');
    add('stubborn', 'prepare', 'stop');
    await lifecycle.start();
    await lifecycle.stop();
    expect(log).toEqual(['+engine', '+stubborn', '-stubborn', '-engine']);
  });

  it('stops once', async () => {
    const { lifecycle, add, log } = recorder();
    add('engine', 'prepare');
    await lifecycle.start();
    await lifecycle.stop();
    await lifecycle.stop();
    expect(log).toEqual(['+engine', '-engine']);
  });
});
