import { API_SERVICES, type ApiName } from './api-services.js';
import { HANDLERS } from './handlers.js';

const TITLES: Readonly<Record<ApiName, string>> = {
  control: 'Control plane (`iot`)',
  data: 'Data plane (`iot-data`)',
  jobs: 'Jobs data plane (`iot-jobs-data`)',
};

/** The page of all operations of the APIs, those that work and those that are refused, as Markdown. */
export function operationsPage(): string {
  const names = Object.keys(API_SERVICES) as ApiName[];
  const counts = names.map((name) => ({
    works: API_SERVICES[name].operations.filter((operation) => HANDLERS[name][operation.name] !== undefined).length,
    all: API_SERVICES[name].operations.length,
  }));
  const total = counts.reduce((sum, { works, all }) => ({ works: sum.works + works, all: sum.all + all }));
  return [
    '# Operations of the HTTP API',
    'Written from the code by a test: `THINGCORE_UPDATE_DOCS=1 npm run jest -- apps/gateway/src/aws-api`.',
    `${total.works} of ${total.all} operations work. Every other one is refused with status 501 and ` +
      '`NotImplementedException`; none answers success without doing the work.',
    ...names.flatMap((name, index) => [
      `## ${TITLES[name]}`,
      `${counts[index]?.works} of ${counts[index]?.all} work.`,
      sectionOf(name),
    ]),
  ].join('\n\n');
}

function sectionOf(name: ApiName): string {
  const rows = API_SERVICES[name].operations.map(({ name: operation, method, path }) => {
    const handler = HANDLERS[name][operation];
    return `| ${operation} | \`${method} ${path}\` | ${handler === undefined ? 'no' : 'yes'} | ${handler?.role ?? ''} |`;
  });
  return ['| operation | request | works | least role |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
