import type { RegistrationReportType } from '#thingcore/contracts';

const FILES: Readonly<Record<RegistrationReportType, string>> = { RESULTS: 'results.jsonl', ERRORS: 'errors.jsonl' };

/** Where the gateway serves the report of a registration task. */
export function reportPath(taskId: string, reportType: RegistrationReportType): string {
  return `/registration-tasks/${taskId}/${FILES[reportType]}`;
}
