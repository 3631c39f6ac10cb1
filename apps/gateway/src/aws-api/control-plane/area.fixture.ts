import type { IoTClient } from '@aws-sdk/client-iot';
import type { CommandContract, ReplyOf, RequestOf } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { type GatewayUnderTest, startGateway } from '../../gateway.fixture.js';
import type { GatewayConfig } from '../../gateway.config.js';
import { AwsSdk } from '../aws-sdk.fixture.js';

/** An operation that works: what the SDK sends and gets, and what the service below is asked and answers. */
export interface WorkingCase {
  readonly name: string;
  readonly send: (iot: IoTClient) => Promise<unknown>;
  readonly calls?: readonly ServiceCall[];
  /** What the SDK answers, without its metadata. */
  readonly output: Record<string, unknown>;
}

/** What a service is asked and answers. */
export interface ServiceCall {
  readonly command: CommandContract;
  readonly request: unknown;
  readonly reply: object;
}

/** An operation that is refused. */
export interface RefusedCase {
  readonly name: string;
  readonly send: (iot: IoTClient) => Promise<unknown>;
  readonly error: string;
  readonly status: number;
  readonly message?: string | RegExp;
  /** How services answer; none is asked unless it says so. */
  readonly services?: readonly (readonly [command: CommandContract, reply: object])[];
}

/** A call that a service is expected to get. */
export function call<C extends CommandContract>(command: C, request: RequestOf<C>, reply: ReplyOf<C>): ServiceCall {
  return { command, request, reply: reply as object };
}

const UNBOUNDED = { requestsPerSecond: Infinity };

/** One for all areas of a file: to start one takes longer than what is asked of it. */
let shared: GatewayUnderTest | undefined;

/** Closes the gateway that the areas of a file share. */
export async function closeSharedGateway(): Promise<void> {
  await shared?.close();
  shared = undefined;
}

/** Says that the operations of an area do what AWS SDKs expect of them. */
export function describeArea(
  title: string,
  working: readonly WorkingCase[],
  refused: readonly RefusedCase[],
  settings?: Partial<GatewayConfig>,
): void {
  describe(title, () => {
    let gateway: GatewayUnderTest;
    let iot: IoTClient;

    beforeAll(async () => {
      gateway = settings ? await startGateway([], settings) : (shared ??= await startGateway([], UNBOUNDED));
      iot = new AwsSdk(gateway).iot();
    });
    afterAll(() => (gateway === shared ? undefined : gateway.close()));

    const answer = (command: CommandContract, reply: object) =>
      gateway.services.answer(command, () => {
        if (reply instanceof IotError) throw reply;
        return reply;
      });

    it.each(working.map((one) => [one.name, one] as const))('has %s', async (_name, { send, calls = [], output }) => {
      gateway.services.calls.length = 0;
      for (const { command, reply } of calls) answer(command, reply);
      const { $metadata, ...answered } = (await send(iot)) as { $metadata: { httpStatusCode: number } };
      expect($metadata.httpStatusCode).toBe(200);
      expect(answered).toEqual(output);
      for (const { command, request } of calls) expect(gateway.services.requestsOf(command)).toEqual([request]);
    });

    it.each(refused.map((one) => [one.name, one] as const))('refuses %s', async (_name, one) => {
      for (const [command, reply] of one.services ?? []) answer(command, reply);
      await expect(one.send(iot)).rejects.toMatchObject({
        name: one.error,
        $metadata: { httpStatusCode: one.status },
        ...(one.message === undefined ? {} : { message: expect.stringMatching(one.message) as string }),
      });
    });
  });
}
