import { z } from 'zod';
import { command } from '../contract.js';
import { pageLimit, roleArn } from './fields.js';

/** What a line of an input may have. Longer ones are kept as faulty. */
export const REGISTRATION_LINE_MAX_BYTES = 65_536;

/** How many lines one {@link appendRegistrationLines} takes. */
export const REGISTRATION_LINES_PER_APPEND = 500;

/** AWS: "status" of DescribeThingRegistrationTask. A task that is InProgress or Cancelling is running. */
export const registrationTaskStatus = z.enum(['InProgress', 'Completed', 'Failed', 'Cancelled', 'Cancelling']);

/** The status of a bulk registration. */
export type RegistrationTaskStatus = z.output<typeof registrationTaskStatus>;

/** AWS: "reportType" of ListThingRegistrationTaskReports. */
export const registrationReportType = z.enum(['ERRORS', 'RESULTS']);

/** Which lines a report is about: those that failed, or those that did not. */
export type RegistrationReportType = z.output<typeof registrationReportType>;

/** Names an input, as the key of an object in a bucket does on AWS. */
const inputFileKey = z.uuid('must be the key of an input, as its upload answers it');

const taskId = z.uuid('must be the id of a registration task');

/** A position in the list of tasks, the lines of a report or of an input. */
const position = z.string().regex(/^[0-9]{1,18}$/, 'must be the nextToken of a page: pass it as it was answered');

const registrationTask = z.object({
  taskId: z.string(),
  status: registrationTaskStatus,
  /** Why a task that is Failed is so. */
  message: z.string().optional(),
  templateBody: z.string(),
  inputFileKey: z.string(),
  roleArn: z.string().optional(),
  /** The lines of the input, without empty ones. */
  lineCount: z.int(),
  successCount: z.int(),
  failureCount: z.int(),
  /** 0 to 100, rounded down: 100 means that every line has its result. */
  percentageProgress: z.int(),
  /** Milliseconds since the epoch, like all times here. */
  createdAt: z.int(),
  lastModifiedAt: z.int(),
  /** Where the list goes on behind this task. */
  sequence: z.string(),
});

/** A bulk registration; times are milliseconds since the epoch. */
export type RegistrationTask = z.output<typeof registrationTask>;

const registrationLine = z.strictObject({
  /** Counted from 1, empty lines included. */
  lineNumber: z.int().min(1).max(2_147_483_647),
  /** Where the line begins in the input, in bytes. */
  offset: z.int().min(0),
  /** Without its end; absent for a line that is too long to be kept, which becomes an error of the report. */
  text: z.string().max(REGISTRATION_LINE_MAX_BYTES).optional(),
});

/** A line of an input: the parameters of one registration, as a JSON object of strings. */
export type RegistrationLine = z.output<typeof registrationLine>;

/** Begins an input, to which lines are appended. One that no task uses is deleted after a day. */
export const createRegistrationInput = command('registry', 'registrationInput.create.v1', {
  request: z.strictObject({}),
  reply: z.object({ inputFileKey: z.string() }),
});

/**
 * Appends lines; those that are there already are left as they are. LimitExceeded when the input would have more lines
 * than a task may have; ResourceNotFound for an input that is none, or is complete.
 */
export const appendRegistrationLines = command('registry', 'registrationInput.append.v1', {
  request: z.strictObject({
    inputFileKey,
    lines: z.array(registrationLine).min(1).max(REGISTRATION_LINES_PER_APPEND),
  }),
  reply: z.object({ lineCount: z.int() }),
});

/** Ends an input: tasks may use it, and no line is added any more. InvalidRequest for one without lines. */
export const completeRegistrationInput = command('registry', 'registrationInput.complete.v1', {
  request: z.strictObject({ inputFileKey }),
  reply: z.object({ inputFileKey: z.string(), lineCount: z.int() }),
});

/** Deletes an input that is not complete: its upload has failed. */
export const discardRegistrationInput = command('registry', 'registrationInput.discard.v1', {
  request: z.strictObject({ inputFileKey }),
  reply: z.object({}),
});

/**
 * Registers a thing for each line of an input: all that the template says for the line, or nothing of it. InvalidRequest
 * with the place for a template that is none; ResourceNotFound for an input that is none; LimitExceeded with
 * `details.taskId` while another task is running.
 */
export const startThingRegistrationTask = command('registry', 'thingRegistrationTask.start.v1', {
  request: z.strictObject({
    templateBody: z.string().min(1, 'must not be empty').max(10_240, 'must be at most 10240 characters'),
    inputFileKey,
    roleArn: roleArn.optional(),
  }),
  reply: registrationTask,
});

/** One task. ResourceNotFound. */
export const describeThingRegistrationTask = command('registry', 'thingRegistrationTask.describe.v1', {
  request: z.strictObject({ taskId }),
  reply: registrationTask,
});

/** A page of tasks, the newest first. */
export const listThingRegistrationTasks = command('registry', 'thingRegistrationTask.list.v1', {
  request: z.strictObject({
    status: registrationTaskStatus.optional(),
    after: position.optional(),
    limit: pageLimit,
  }),
  reply: z.object({ tasks: z.array(registrationTask), nextToken: z.string().optional() }),
});

/**
 * Stops a task: lines that are being worked on are finished, the others stay unregistered. A task that is being stopped,
 * or was, is answered as it is; InvalidRequest for one that has ended by itself.
 */
export const stopThingRegistrationTask = command('registry', 'thingRegistrationTask.stop.v1', {
  request: z.strictObject({ taskId }),
  reply: registrationTask,
});

/**
 * A page of a report, in the order of the input. AWS answers links to files; whoever offers such a link reads its lines
 * here. A line is the text of a JSON object: `{lineNumber, response}` of one that was registered, `response` being what
 * RegisterThing answers, `{lineNumber, offset, errorCode, errorMessage}` of one that was not. ResourceNotFound.
 */
export const listThingRegistrationTaskReports = command('registry', 'thingRegistrationTask.listReports.v1', {
  request: z.strictObject({
    taskId,
    reportType: registrationReportType,
    after: position.optional(),
    limit: z.int().min(1).max(500).default(500),
  }),
  reply: z.object({ lines: z.array(z.string()), nextToken: z.string().optional() }),
});
