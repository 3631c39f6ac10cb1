import { read } from './files.js';

/** Licences whose terms a product of Apache-2.0 can keep by naming them. */
const ALLOWED = [
  'MIT',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
  'CC0-1.0',
];

interface Package {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
  readonly integrity?: string;
}

describe('the dependencies that run in production', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Package> };
  const all = Object.entries(packages).filter(([path]) => path !== '');
  // Builds of native packages for other platforms are named in the lock file, some without more than their names.
  const inProduction = all.filter(([, { dev, version }]) => dev !== true && version !== undefined);

  it('have licences that let the product be passed on under its own', () => {
    const others = inProduction
      .map(([path, { license }]) => [path, license ?? licenseOfBefore(path)] as const)
      .filter(([, license]) => !isAllowed(license))
      .map(([path, license]) => `${path}: ${license ?? 'none'}`);
    expect(others).toEqual([]);
    expect(inProduction.length).toBeGreaterThan(200);
  });

  it('run no script at their installation but those that were looked at', () => {
    const { allowScripts } = JSON.parse(read('package.json')) as { allowScripts: Record<string, boolean> };
    const scripted = inProduction
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
    expect(scripted.filter((name) => allowScripts[name] !== true)).toEqual([]);
  });

  it('are what was locked: each has a hash', () => {
    expect(inProduction.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
  });
});

/** Packages of long ago say it in a list, which the lock file does not take over. */
function licenseOfBefore(path: string): string | undefined {
  const { licenses } = JSON.parse(read(`${path}/package.json`)) as { licenses?: { type: string }[] };
  return licenses?.map(({ type }) => type).join(' OR ');
}

function isAllowed(license: string | undefined): boolean {
  if (license === undefined) return false;
  const alternatives = license.replace(/[()]/g, '').split(' OR ');
  return alternatives.some((alternative) => alternative.split(' AND ').every((name) => ALLOWED.includes(name)));
}
