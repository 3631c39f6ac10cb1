import { createReadStream, createWriteStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CommandContext } from '../command-context.js';
import { EXIT_CODES, Failure } from '../failure.js';
import type { PlatformApi } from '../platform-api.js';
import { findTask, followTask, type RegistrationTask, reportOf, TASK_FIELDS } from './registration-task.js';

/** What `register` is told. */
export interface RegisterOptions {
  readonly template?: string;
  readonly resume?: string;
  readonly results?: string;
  readonly errors?: string;
  readonly wait: boolean;
}

const START = `mutation ($input: StartThingRegistrationTaskInput!) {
  startThingRegistrationTask(input: $input) { task { ${TASK_FIELDS} } }
}`;

/** Registers a thing for each line of a file, or goes on following a registration that was started before. */
export async function register(
  context: CommandContext,
  file: string | undefined,
  options: RegisterOptions,
): Promise<number> {
  const api = await context.api();
  const started = options.resume === undefined ? await start(api, file, options) : await findTask(api, options.resume);
  context.output.note(`Bulk registration ${started.id}`);
  if (!options.wait) {
    context.output.result({ task: started, files: {} }, [`Follow it with thingcore register --resume ${started.id}`]);
    return EXIT_CODES.ok;
  }
  const task = await followTask(api, started.id, context.output, context.signal);
  const files = await download(api, task, options);
  context.output.result({ task, files }, summaryOf(task, files));
  return task.status === 'Completed' && task.failureCount === 0 ? EXIT_CODES.ok : EXIT_CODES.incomplete;
}

async function start(api: PlatformApi, file: string | undefined, { template }: RegisterOptions) {
  if (file === undefined || template === undefined) {
    throw new Failure(
      'InvalidUsage',
      'Say what to register: thingcore register <file> --template <file>, or --resume <id> for one that was started',
      EXIT_CODES.usage,
    );
  }
  const templateBody = await readText(template);
  // Opened before anything is sent, so that a wrong path is told as such.
  const input = await open(file).catch((error: Error) => Promise.reject(unreadable(file, error)));
  const response = await api.request('/registration-inputs', {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: Readable.toWeb(createReadStream(file, { fd: input })) as ReadableStream,
    duplex: 'half',
  });
  const { inputFileKey } = (await response.json()) as { inputFileKey: string };
  type Started = { startThingRegistrationTask: { task: RegistrationTask } };
  const data = await api.run<Started>(START, { input: { templateBody, inputFileKey } });
  return data.startThingRegistrationTask.task;
}

async function download(
  api: PlatformApi,
  task: RegistrationTask,
  { results, errors }: RegisterOptions,
): Promise<Record<string, string>> {
  const wanted = { results: [results, task.resultsPath], errors: [errors, task.errorsPath] } as const;
  const files: Record<string, string> = {};
  for (const [name, [file, path]] of Object.entries(wanted)) {
    if (file === undefined) continue;
    const report = await reportOf(api, path);
    await pipeline(Readable.fromWeb(report as Parameters<typeof Readable.fromWeb>[0]), createWriteStream(file));
    files[name] = file;
  }
  return files;
}

function summaryOf(task: RegistrationTask, files: Record<string, string>): string[] {
  const { id, status, message, lineCount, successCount, failureCount } = task;
  const left = lineCount - successCount - failureCount;
  return [
    `${status}: ${successCount} registered, ${failureCount} failed${left > 0 ? `, ${left} not begun` : ''}.`,
    ...(message === null ? [] : [message]),
    ...Object.entries(files).map(([name, file]) => `The ${name} are in ${file}.`),
    ...(failureCount > 0 && files['errors'] === undefined
      ? [`See why: thingcore register --resume ${id} --errors errors.jsonl`]
      : []),
  ];
}

async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: Error) => Promise.reject(unreadable(file, error)));
}

function unreadable(file: string, { message }: Error): Failure {
  return new Failure('UnreadableFile', `${file} cannot be read (${message}): check the path`);
}
