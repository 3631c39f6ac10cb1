/**
 * Jest in ESM mode (docs/adr/0004-jest-in-esm-mode.md), with packages that are loaded once per worker
 * (docs/adr/0021-packages-are-loaded-once-per-test-worker.md). One project a size; see CONTRIBUTING.md.
 */
const base = {
  testEnvironment: '<rootDir>/libs/testing/jest/one-context.environment.mjs',
  runtime: '<rootDir>/libs/testing/jest/shared-packages.runtime.mjs',
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

export default {
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: ['<rootDir>/{apps,libs}/**/*.spec.ts'],
      setupFilesAfterEnv: ['<rootDir>/libs/testing/jest/unit.setup.mjs'],
    },
    {
      ...base,
      displayName: 'integration',
      testMatch: ['<rootDir>/{apps,libs}/**/*.int-spec.ts'],
      setupFilesAfterEnv: ['<rootDir>/libs/testing/jest/integration.setup.mjs'],
    },
    {
      ...base,
      displayName: 'topology',
      testMatch: ['<rootDir>/test/**/*.e2e.ts'],
      setupFilesAfterEnv: ['<rootDir>/libs/testing/jest/topology.setup.mjs'],
    },
  ],
};
