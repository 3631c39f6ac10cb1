import {
  appendRegistrationLines,
  completeRegistrationInput,
  createPolicy,
  createRegistrationInput,
  createThing,
  createThingGroup,
  describeThingRegistrationTask,
  discardRegistrationInput,
  getCertificates,
  getGroupsOfThings,
  getThings,
  listThingRegistrationTaskReports,
  listThingRegistrationTasks,
  type RegistrationReportType,
  type RegistrationTask,
  startThingRegistrationTask,
  stopThingRegistrationTask,
} from '#thingcore/contracts';
import { waitFor } from '#thingcore/testing';
import { DataSource } from 'typeorm';
import { certificateRequest } from '../certificates/certificates.fixture.js';
import { hasWaiter, type RegistryFixture, startRegistry } from '../registry.fixture.js';
import { RegistrationRetention } from './registration-retention.js';
import { LEASE_MS } from './registration-run.js';

const DAY_MS = 86_400_000;

const MAX_LINES = 60;

const TEMPLATE = JSON.stringify({
  Parameters: { ThingName: { Type: 'String' }, CSR: { Type: 'String' }, Site: { Type: 'String', Default: 'hall-1' } },
  Resources: {
    thing: {
      Type: 'AWS::IoT::Thing',
      Properties: {
        ThingName: { Ref: 'ThingName' },
        AttributePayload: { site: { Ref: 'Site' } },
        ThingGroups: ['pumps'],
      },
    },
    certificate: { Type: 'AWS::IoT::Certificate', Properties: { CertificateSigningRequest: { Ref: 'CSR' } } },
    policy: { Type: 'AWS::IoT::Policy', Properties: { PolicyName: 'devices' } },
  },
});

interface ResultLine {
  lineNumber: number;
  response: { thingName: string; certificateId: string; certificatePem: string; resourceArns: Record<string, string> };
}

// AWS: "Bulk registration"
describe('bulk registration', () => {
  let registry: RegistryFixture;
  let csr: string;

  beforeAll(async () => {
    registry = await startRegistry({ config: { registrationTaskLines: MAX_LINES, registrationTaskDays: 7 } });
    csr = await certificateRequest('EC_P256');
    const Statement = [{ Effect: 'Allow', Action: 'iot:Connect', Resource: '*' }];
    const policyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await registry.call(createPolicy, { policyName: 'devices', policyDocument });
    await registry.call(createThingGroup, { thingGroupName: 'pumps' });
  });

  afterAll(() => registry.stop());

  /** An input of these lines; undefined is one that was too long. */
  async function upload(texts: readonly (string | undefined)[], offsets = 100): Promise<string> {
    const { inputFileKey } = await registry.call(createRegistrationInput, {});
    const lines = texts.map((text, index) => ({ lineNumber: index + 1, offset: index * offsets, text }));
    await registry.call(appendRegistrationLines, { inputFileKey, lines });
    await registry.call(completeRegistrationInput, { inputFileKey });
    return inputFileKey;
  }

  const things = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => JSON.stringify({ ThingName: `${prefix}-${index + 1}`, CSR: csr }));

  const start = (inputFileKey: string, templateBody = TEMPLATE) =>
    registry.call(startThingRegistrationTask, { templateBody, inputFileKey });

  const describeTask = (taskId: string) => registry.call(describeThingRegistrationTask, { taskId });

  async function ended(taskId: string): Promise<RegistrationTask> {
    const isOver = async () => !['InProgress', 'Cancelling'].includes((await describeTask(taskId)).status);
    await waitFor(isOver, { what: `the end of ${taskId}` });
    return describeTask(taskId);
  }

  async function report<T>(taskId: string, reportType: RegistrationReportType, limit = 500): Promise<T[]> {
    const lines: string[] = [];
    let after: string | undefined;
    do {
      const page = await registry.call(listThingRegistrationTaskReports, { taskId, reportType, after, limit });
      lines.push(...page.lines);
      after = page.nextToken;
    } while (after !== undefined);
    return lines.map((line) => JSON.parse(line) as T);
  }

  it('keeps the role that a caller of AWS sends with a task', async () => {
    const roleArn = 'arn:aws:iam::123456789012:role/registration';
    const inputFileKey = await upload(things('role', 1));
    const { taskId } = await registry.call(startThingRegistrationTask, {
      templateBody: TEMPLATE,
      inputFileKey,
      roleArn,
    });
    expect(await ended(taskId)).toMatchObject({ status: 'Completed', roleArn });
  });

  it('registers a thing for each line: with its certificate, policy, group and attributes', async () => {
    const { taskId, status } = await start(await upload(things('full', 25)));
    expect(status).toBe('InProgress');
    expect(await ended(taskId)).toMatchObject({
      status: 'Completed',
      lineCount: 25,
      successCount: 25,
      failureCount: 0,
      percentageProgress: 100,
    });
    const results = await report<ResultLine>(taskId, 'RESULTS', 10);
    expect(results.map(({ lineNumber }) => lineNumber)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
    const { response } = results[6] as ResultLine;
    const { thingName, certificateId } = response;
    expect(response).toEqual({
      thingName: 'full-7',
      certificateId: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      certificatePem: expect.stringContaining('BEGIN CERTIFICATE') as string,
      resourceArns: {
        thing: 'arn:aws:iot:us-east-1:123456789012:thing/full-7',
        certificate: `arn:aws:iot:us-east-1:123456789012:cert/${certificateId}`,
        policy: 'arn:aws:iot:us-east-1:123456789012:policy/devices',
      },
    });
    const { certificates } = await registry.call(getCertificates, { certificateIds: [certificateId] });
    expect(certificates[0]).toMatchObject({ status: 'ACTIVE', certificatePem: response.certificatePem });
    const found = await registry.call(getThings, { thingNames: [thingName] });
    expect(found.things[0]).toMatchObject({ attributes: { site: 'hall-1' }, version: 1 });
    const groups = await registry.call(getGroupsOfThings, { thingNames: [thingName] });
    expect(groups.things[0]?.groupNames).toEqual(['pumps']);
    expect(registry.events.principalChanges()).toContain(`certificate ${certificateId}`);
  });

  it('goes on behind bad lines, and reports each with its number, place, code and message', async () => {
    const texts: (string | undefined)[] = [
      ...things('good', 1),
      'nonsense',
      '["a list"]',
      '{"ThingName": 7}',
      undefined,
      JSON.stringify({ ThingName: 'bad name', CSR: csr }),
      JSON.stringify({ ThingName: 'bad-csr', CSR: 'no request' }),
      JSON.stringify({ CSR: csr }),
      'a\0b',
      ...things('last', 1),
    ];
    const { taskId } = await start(await upload(texts, 64));
    expect(await ended(taskId)).toMatchObject({ status: 'Completed', successCount: 2, failureCount: 8 });
    const errors = await report<{ lineNumber: number; errorMessage: string }>(taskId, 'ERRORS');
    expect(errors.map(({ errorMessage: _message, ...error }) => error)).toEqual([
      { lineNumber: 2, offset: 64, errorCode: 'InvalidRequest' },
      { lineNumber: 3, offset: 128, errorCode: 'InvalidRequest' },
      { lineNumber: 4, offset: 192, errorCode: 'InvalidRequest' },
      { lineNumber: 5, offset: 256, errorCode: 'InvalidRequest' },
      { lineNumber: 6, offset: 320, errorCode: 'InvalidRequest' },
      { lineNumber: 7, offset: 384, errorCode: 'CertificateValidation' },
      { lineNumber: 8, offset: 448, errorCode: 'InvalidRequest' },
      { lineNumber: 9, offset: 512, errorCode: 'InvalidRequest' },
    ]);
    const messages = errors.map(({ errorMessage }) => errorMessage);
    for (const [index, text] of ['no JSON', 'no JSON object', '"ThingName"', '65536 bytes'].entries()) {
      expect(messages[index]).toContain(text);
    }
    // A line that fails leaves nothing behind, whatever it did before.
    const { things: left } = await registry.call(getThings, { thingNames: ['bad-csr', 'good-1', 'last-1'] });
    expect(left.map(({ thingName }) => thingName)).toEqual(['good-1', 'last-1']);
  });

  it('has one task running at a time, which can be stopped', async () => {
    const [key, other] = [await upload(things('slow', 60)), await upload(things('other', 1))];
    await registry.call(createThing, { thingName: 'slow-1' });
    // Another change of a thing keeps the first batch waiting, and so the task running.
    const taskId = await registry.get(DataSource).transaction(async (manager) => {
      await manager.query(`UPDATE things SET version = version WHERE thing_name = 'slow-1'`);
      const { taskId } = await start(key);
      await waitFor(() => hasWaiter(registry), { what: 'the first batch to wait for the open transaction' });
      await expect(start(other)).rejects.toMatchObject({ code: 'LimitExceeded', details: { taskId } });
      expect((await registry.call(stopThingRegistrationTask, { taskId })).status).toBe('Cancelling');
      expect((await registry.call(stopThingRegistrationTask, { taskId })).status).toBe('Cancelling');
      return taskId;
    });
    const task = await ended(taskId);
    expect(task.status).toBe('Cancelled');
    expect(await report(taskId, 'RESULTS')).toHaveLength(task.successCount);
    await expect(registry.call(stopThingRegistrationTask, { taskId })).resolves.toMatchObject({ status: 'Cancelled' });
    const next = await start(other);
    expect((await ended(next.taskId)).status).toBe('Completed');
    await expect(registry.call(stopThingRegistrationTask, { taskId: next.taskId })).rejects.toMatchObject({
      code: 'InvalidRequest',
    });
  });

  it('goes on where a dead worker was, once its lease is over, and registers no line twice', async () => {
    const inputFileKey = await upload(things('resumed', 30));
    const database = registry.get(DataSource);
    const taskId = '0b0c1c9e-53b5-4a9c-8f2f-6a0a0f3f0001';
    const at = new Date(registry.clock.now());
    // What a killed process leaves behind: a task that is its own, and the results of the lines that it finished.
    await database.query(
      `INSERT INTO registration_tasks (task_id, input_id, template_body, status, line_count, worker, worker_until,
         created_at, last_modified_at)
       VALUES ($1, $2, $3, 'InProgress', 30, 'the dead', $4, $5, $5)`,
      [taskId, inputFileKey, TEMPLATE, new Date(at.getTime() + LEASE_MS), at],
    );
    await database.query(
      `INSERT INTO registration_results SELECT $1, number, true, '{"lineNumber":0}' FROM unnest($2::integer[]) AS number`,
      [taskId, [1, 2, 3, 7]],
    );
    registry.clock.advance(LEASE_MS);
    const task = await ended(taskId);
    expect(task).toMatchObject({ status: 'Completed', successCount: 30, failureCount: 0 });
    const thingNames = Array.from({ length: 30 }, (_, index) => `resumed-${index + 1}`);
    const { things: made } = await registry.call(getThings, { thingNames });
    expect(made).toHaveLength(26);
    expect(new Set(made.map(({ version }) => version))).toEqual(new Set([1]));
  });

  it('lists tasks, the newest first, in pages and by status', async () => {
    const all = await registry.call(listThingRegistrationTasks, {});
    const first = await registry.call(listThingRegistrationTasks, { limit: 2 });
    const second = await registry.call(listThingRegistrationTasks, { limit: 2, after: first.nextToken });
    expect([...first.tasks, ...second.tasks]).toEqual(all.tasks.slice(0, 4));
    const { tasks } = await registry.call(listThingRegistrationTasks, { status: 'Cancelled' });
    expect(tasks.map(({ status }) => status)).toEqual(['Cancelled']);
  });

  describe('refuses', () => {
    const NONE = '0b0c1c9e-53b5-4a9c-8f2f-6a0a0f3fffff';

    it('a template that is none, with the place', async () => {
      const key = await upload(things('never', 1));
      await expect(start(key, '{"Resources":{}}')).rejects.toMatchObject({
        code: 'InvalidRequest',
        details: { field: 'templateBody', place: 'Resources' },
      });
    });

    it('an input that does not exist, is not complete, or has no lines', async () => {
      await expect(start(NONE)).rejects.toMatchObject({ code: 'ResourceNotFound' });
      const { inputFileKey } = await registry.call(createRegistrationInput, {});
      await expect(start(inputFileKey)).rejects.toMatchObject({ code: 'InvalidRequest' });
      await expect(registry.call(completeRegistrationInput, { inputFileKey })).rejects.toMatchObject({
        code: 'InvalidRequest',
        message: expect.stringContaining('no lines') as string,
      });
      await registry.call(discardRegistrationInput, { inputFileKey });
      await expect(start(inputFileKey)).rejects.toMatchObject({ code: 'ResourceNotFound' });
    });

    it('more lines than a task may have, and counts a line once that comes twice', async () => {
      const { inputFileKey } = await registry.call(createRegistrationInput, {});
      const lines = Array.from({ length: MAX_LINES }, (_, index) => ({ lineNumber: index + 1, offset: 0, text: '{}' }));
      for (const _ of [1, 2]) await registry.call(appendRegistrationLines, { inputFileKey, lines });
      const more = [{ lineNumber: MAX_LINES + 1, offset: 0, text: '{}' }];
      await expect(registry.call(appendRegistrationLines, { inputFileKey, lines: more })).rejects.toMatchObject({
        code: 'LimitExceeded',
        details: { most: MAX_LINES },
      });
      expect(await registry.call(completeRegistrationInput, { inputFileKey })).toEqual({
        inputFileKey,
        lineCount: MAX_LINES,
      });
      await expect(registry.call(appendRegistrationLines, { inputFileKey, lines })).rejects.toMatchObject({
        code: 'ResourceNotFound',
      });
    });

    it('a task that does not exist', async () => {
      const refusal = { code: 'ResourceNotFound' };
      await expect(describeTask(NONE)).rejects.toMatchObject(refusal);
      await expect(registry.call(stopThingRegistrationTask, { taskId: NONE })).rejects.toMatchObject(refusal);
      await expect(report(NONE, 'ERRORS')).rejects.toMatchObject(refusal);
    });
  });

  it('is forgotten some time after its end, with its input and what nobody has used', async () => {
    const unused = await upload(things('unused', 1));
    registry.clock.advance(7 * DAY_MS + 1);
    await registry.get(RegistrationRetention).sweep();
    expect((await registry.call(listThingRegistrationTasks, {})).tasks).toEqual([]);
    await expect(start(unused)).rejects.toMatchObject({ code: 'ResourceNotFound' });
    const left = await registry.get(DataSource).query<{ count: string }[]>('SELECT count(*) FROM registration_lines');
    expect(left[0]?.count).toBe('0');
  });
});
