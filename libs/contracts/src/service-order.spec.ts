import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as contracts from './index.js';
import type { ServiceName } from './contract.js';

const APPS = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'apps');

const FOLDERS: Record<ServiceName, string> = {
  registry: 'registry',
  shadow: 'shadow',
  broker: 'broker-gateway',
  rules: 'rules',
  gateway: 'gateway',
};

/** What this test needs of a contract, whichever kind it is. */
interface Contract {
  pattern: string;
  owner: ServiceName;
}

const byName = new Map<string, Contract>();
for (const [name, exported] of Object.entries<unknown>(contracts)) {
  if (isContract(exported)) byName.set(name, exported);
}

function isContract(value: unknown): value is Contract {
  return typeof value === 'object' && value !== null && 'pattern' in value && 'owner' in value;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.ts$/.test(entry.name) && !/(spec|fixture|cases)\.ts$/.test(entry.name)
      ? [readFileSync(path, 'utf8')]
      : [];
  });
}

/** The contracts that the code of a service names in a place that `pattern` finds. */
function named(service: ServiceName, pattern: RegExp): Contract[] {
  const code = sources(join(APPS, FOLDERS[service], 'src')).join('\n');
  return [...code.matchAll(pattern)].flatMap((match) => byName.get(match[1] ?? '') ?? []);
}

const rank = (service: ServiceName) => contracts.SERVICES.indexOf(service);

describe('the order of services', () => {
  it.each(contracts.SERVICES)('%s calls only services below it', (service) => {
    const upwards = named(service, /\.call\(\s*(\w+)/g).filter(({ owner }) => rank(owner) >= rank(service));
    expect(upwards.map(({ pattern }) => pattern)).toEqual([]);
  });

  it.each(contracts.SERVICES)('%s listens only to events of services below it, and to its own', (service) => {
    const downwards = named(service, /(?:handles|watches)\((\w+)\)/g).filter(
      ({ owner }) => rank(owner) > rank(service),
    );
    expect(downwards.map(({ pattern }) => pattern)).toEqual([]);
  });

  it.each(contracts.SERVICES)('%s answers and publishes only what it owns', (service) => {
    const foreign = [
      ...named(service, /@MessagePattern\((\w+)\.pattern\)/g),
      ...named(service, /\.publish\(\s*(\w+)\s*,/g),
    ].filter(({ owner }) => owner !== service);
    expect(foreign.map(({ pattern }) => pattern)).toEqual([]);
  });

  it('is seen at all: the code of the services names contracts', () => {
    expect(named('broker', /\.call\(\s*(\w+)/g).length).toBeGreaterThan(3);
    expect(named('registry', /@MessagePattern\((\w+)\.pattern\)/g).length).toBeGreaterThan(10);
    expect(named('broker', /(?:handles|watches)\((\w+)\)/g).length).toBeGreaterThan(3);
  });
});

describe('contracts', () => {
  it('have patterns of their own, versioned', () => {
    const patterns = [...byName.values()].map(({ pattern }) => pattern);
    expect(new Set(patterns).size).toBe(patterns.length);
    expect(patterns.filter((pattern) => !/^[a-z][A-Za-z]*\.[a-z][A-Za-z]*\.v\d+$/.test(pattern))).toEqual([]);
  });
});
