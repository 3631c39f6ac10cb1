/** The direction of the house as code. No exceptions are listed; see docs/architecture.md. */
const pure = '^libs/(errors|topics|policy|shadow-document|rules-sql|provisioning-template|shadow-schema)/';
const test = '\\.(spec|int-spec|contract|cases|fixture|e2e)\\.ts$';
// The calculators a pure library may use: arbitrary precision decimals and a regular expression engine in linear time.
const calculators = 'node_modules/(decimal\\.js|re2js)/';

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'pure-libs-stay-pure',
      comment: 'A pure library knows pure libraries and node:crypto; no Nest, no I/O.',
      severity: 'error',
      from: { path: pure, pathNot: test },
      to: { pathNot: [pure, '^(node:)?(crypto|util)$', calculators] },
    },
    {
      name: 'contracts-see-only-pure-libs-and-zod',
      severity: 'error',
      from: { path: '^libs/contracts/', pathNot: test },
      to: { pathNot: ['^libs/contracts/', pure, 'node_modules/zod/'] },
    },
    { name: 'libs-never-import-apps', severity: 'error', from: { path: '^libs/' }, to: { path: '^apps/' } },
    {
      name: 'apps-never-import-apps',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/(standalone|maintenance)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'standalone-imports-modules-only',
      severity: 'error',
      from: { path: '^apps/standalone/' },
      to: { path: '^apps/', pathNot: ['^apps/standalone/', '\\.module\\.ts$', '\\.config\\.ts$'] },
    },
    {
      name: 'maintenance-imports-migrations-only',
      severity: 'error',
      from: { path: '^apps/maintenance/', pathNot: test },
      to: { path: '^apps/', pathNot: ['^apps/maintenance/', '\\.migrations\\.ts$'] },
    },
    {
      name: 'typeorm-only-behind-stores',
      severity: 'error',
      from: {
        pathNot: [
          '^libs/(persistence|testing)/',
          '\\.entity\\.ts$',
          '\\.store\\.ts$',
          '/migrations/',
          '\\.module\\.ts$',
          test,
        ],
      },
      to: { path: ['^typeorm', 'node_modules/typeorm/', '\\.entity\\.ts$'] },
    },
    {
      name: 'redis-only-in-adapters',
      severity: 'error',
      from: { pathNot: ['^libs/(transport|testing)/', '/redis-[^/]+\\.ts$', '^(test|bench)/', test] },
      to: { path: ['^ioredis', 'node_modules/ioredis/'] },
    },
    {
      name: 'opentelemetry-only-in-tracing',
      comment: 'docs/adr/0022: the SDK is loaded when tracing is on, and by nobody else.',
      severity: 'error',
      from: { pathNot: '^libs/tracing/' },
      to: { path: '^@opentelemetry/|node_modules/@opentelemetry/' },
    },
    {
      name: 'aedes-only-in-broker-adapter',
      severity: 'error',
      from: { pathNot: ['^apps/broker-gateway/src/aedes/', test] },
      to: { path: ['^aedes', 'node_modules/(aedes|mqemitter)'] },
    },
    {
      name: 'libs-are-entered-by-their-index',
      severity: 'error',
      from: { path: '^(apps|test|bench|examples)/' },
      to: { path: '^libs/', pathNot: '^libs/[^/]+/src/index\\.ts$' },
    },
    {
      name: 'libs-enter-each-other-by-their-index',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/', pathNot: ['^libs/$1/', '^libs/[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'technology-libs-know-no-service',
      comment:
        'transport may know what a contract is, never which service offers it; persistence and pki know no contract.',
      severity: 'error',
      from: { path: '^libs/(persistence|pki)/', pathNot: test },
      to: { path: '^libs/contracts/' },
    },
    {
      name: 'production-never-imports-testing',
      severity: 'error',
      from: { pathNot: ['^libs/testing/', test, '^(test|bench)/'] },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'black-box-tests-know-no-source',
      severity: 'error',
      from: { path: '^(test|examples)/' },
      to: { path: '^(apps|libs)/', pathNot: '^libs/testing/' },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
