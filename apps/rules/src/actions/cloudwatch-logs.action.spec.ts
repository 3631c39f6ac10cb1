import type { Logger } from '#thingcore/platform';
import { actionInput, compileAction } from './action.fixture.js';
import { CloudwatchLogsKind } from './cloudwatch-logs.action.js';

async function run(config: object, payload: unknown) {
  const lines: [message: string, fields: unknown][] = [];
  const logger = {
    info: (message: string, fields: unknown) => void lines.push([message, fields]),
  } as unknown as Logger;
  const action = compileAction(new CloudwatchLogsKind(logger), { ...config, logGroupName: 'plant-${topic(2)}' });
  await action.execute(await actionInput({ payload }));
  return lines;
}

describe('the action cloudwatchLogs', () => {
  it('writes the payload into the log, with its group and the time of the message', async () => {
    expect(await run({ roleArn: 'arn:aws:iam::1:role/r' }, { n: 1 })).toEqual([
      ['{"n":1}', { logGroupName: 'plant-p1', rule: 'r', timestamp: 1_764_000_000_123, traceId: 'trace-1' }],
    ]);
  });

  // AWS: "CloudWatch Logs", batchMode
  it('writes each element in batch mode, with its own time', async () => {
    const lines = await run({ batchMode: true }, [
      { timestamp: 1, message: 'one' },
      { timestamp: 2, message: 'two' },
    ]);
    expect(lines.map(([message, fields]) => [message, (fields as { timestamp: number }).timestamp])).toEqual([
      ['one', 1],
      ['two', 2],
    ]);
  });

  it.each([[{ n: 1 }], [[{ timestamp: 'now', message: 'x' }]], [[1]]])('refuses %j in batch mode', async (payload) => {
    await expect(run({ batchMode: true }, payload)).rejects.toThrow(/array of \{timestamp, message\}/);
  });
});
