import type { CommandContract } from '#thingcore/contracts';
import { type GatewayUnderTest, startGateway } from './gateway.fixture.js';

/** An operation, the one command that it becomes, and what it makes of the answer. */
export interface OperationRow {
  readonly name: string;
  readonly operation: string;
  readonly command: CommandContract;
  /** What the service is asked; what is undefined counts as absent. */
  readonly request: unknown;
  readonly reply: unknown;
  readonly data: unknown;
}

/** Tests that each operation asks the service of its noun and shows its answer; `prepare` answers further commands. */
export function describeOperations(
  name: string,
  rows: readonly OperationRow[],
  prepare: (gateway: GatewayUnderTest) => void = () => undefined,
): void {
  describe(name, () => {
    let gateway: GatewayUnderTest;

    beforeAll(async () => {
      gateway = await startGateway();
    });

    afterAll(() => gateway.close());

    it.each(rows)('ask the service of their noun and show its answer: $name', async (row) => {
      gateway.services.calls.length = 0;
      prepare(gateway);
      gateway.services.answer(row.command, () => row.reply);
      const { statusCode, body } = await gateway.graphql(row.operation);
      expect(body).toEqual({ data: row.data });
      expect(statusCode).toBe(200);
      expect(gateway.services.requestsOf(row.command)).toEqual([row.request]);
    });
  });
}
