import { readFileSync } from 'node:fs';
import { waitFor } from '#thingcore/testing';
import { connectMqttjs, type MqttjsDevice } from './devices/mqttjs-device.js';
import type { World } from './world.js';

const PAGE = readFileSync(new URL('../../../docs/rules.md', import.meta.url), 'utf8');

/** The operations that docs/rules.md shows, in their order. */
const EXAMPLES = [...PAGE.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, operation = '']) => operation);

interface Sample {
  readonly traceRule: { readonly passed: boolean; readonly message: { readonly topic: string } };
}

/** A rule on its way from a draft to a trusted one, as docs/rules.md tells it. */
export function describeRulesStory(world: () => World): void {
  describe('a rule on its way to be trusted', () => {
    let device: MqttjsDevice;
    const run = <Data>(operation: string) => world().application.graphql.run<Data>(operation);

    beforeAll(async () => {
      const { application, product } = world();
      const actions = [{ republish: { topic: 'alerts/${topic(2)}', qos: 1 } }];
      await application.createRule('hot', "SELECT temp FROM 'telemetry/+' WHERE temp > 50", actions);
      device = world().keep(
        await connectMqttjs({ clientId: 'press-7', url: product.endpoints.mqtt }, { protocolVersion: 5 }),
      );
    });

    it('runs every operation that the page shows', async () => {
      await device.publish('telemetry/press-7', { temp: 70 });
      const answers: unknown[] = [];
      for (const example of EXAMPLES) {
        if (!example.startsWith('subscription')) answers.push(await run(example));
      }
      expect(answers).toHaveLength(EXAMPLES.length - 1);
      expect(answers[0]).toMatchObject({
        testRule: {
          matched: false,
          explanation: { summary: 'WHERE is not true: temp > 50 is false, since temp is 20' },
        },
      });
      expect(answers[1]).toMatchObject({
        replaceTopicRule: { topicRule: { mode: 'LIVE', shadowVersion: { mode: 'SHADOW' } } },
      });
      expect(answers[2]).toMatchObject({
        replay: { messages: 1, passed: 1, actions: [{ action: 'republish', count: 1 }] },
      });
    });

    it('shows live messages with what it did', async () => {
      const subscription = EXAMPLES.find((example) => example.startsWith('subscription')) ?? '';
      const { inbox } = world().application.graphql.subscribe<Sample>(subscription);
      await waitFor(
        async () => {
          await device.publish('telemetry/press-8', { temp: 80 });
          return inbox.items.some(({ traceRule }) => traceRule.passed);
        },
        { what: 'a sample', intervalMs: 200 },
      );
      expect(inbox.items[0]?.traceRule.message.topic).toBe('telemetry/press-8');
    });

    it('counts what it did, and what its shadow version would have done', async () => {
      const counted = () =>
        run<{ topicRule: { metrics: { passed: number; shadow: { passed: number } } } }>(
          '{ topicRule(name: "hot") { metrics { passed shadow { passed } } } }',
        );
      await waitFor(
        async () => {
          const { metrics } = (await counted()).topicRule;
          return metrics.passed > 1 && metrics.shadow.passed > 0;
        },
        { what: 'the counts of all processes' },
      );
    });

    // AWS: "Basic Ingest"
    it('takes messages of Basic Ingest, which nobody else sees', async () => {
      await device.subscribe('ingested/#');
      await device.subscribe('$aws/#');
      await world().application.createRule('ingest', 'SELECT n, topic(1) AS hall', [
        { republish: { topic: 'ingested/${topic(2)}', qos: 1 } },
      ]);
      await device.publish('$aws/rules/ingest/hall-2/press-7', { n: 1 });
      const republished = await device.inbox.find(
        ({ topic }) => topic === 'ingested/press-7',
        'the republished message',
      );
      expect(JSON.parse(republished.payload)).toEqual({ n: 1, hall: 'hall-2' });
      expect(device.inbox.items.filter(({ topic }) => topic.startsWith('$aws/rules/'))).toEqual([]);
    });

    it('does nothing while it is disabled, and acknowledges what Basic Ingest brings it', async () => {
      await run('mutation { disableTopicRule(name: "ingest") { topicRule { ruleDisabled } } }');
      await device.publish('$aws/rules/ingest/hall-2/off', { n: 2 });
      await run('mutation { enableTopicRule(name: "ingest") { topicRule { ruleDisabled } } }');
      await device.publish('$aws/rules/ingest/hall-2/on', { n: 3 });
      await device.inbox.find(({ topic }) => topic === 'ingested/on', 'the message to the enabled rule');
      expect(device.inbox.items.filter(({ topic }) => topic === 'ingested/off')).toEqual([]);
    });

    it('leaves dead letters that are replayed when the destination is there', async () => {
      const { application, database } = world();
      await application.createRule('store', "SELECT n FROM 'store/+'", [{ postgresql: { table: 'late' } }]);
      await device.publish('store/1', { n: 41 });
      const letters = () =>
        run<{ deadLetters: { edges: { node: { id: string; error: string } }[] } }>(
          '{ deadLetters(ruleName: "store") { edges { node { id error } } } }',
        );
      await waitFor(async () => (await letters()).deadLetters.edges.length === 1, { what: 'the dead letter' });
      await database.rows('CREATE TABLE late (n integer)');
      const { replayDeadLetters } = await run<{ replayDeadLetters: unknown }>(
        'mutation { replayDeadLetters(selection: { ruleName: "store" }) { replayed refused { reason } } }',
      );
      expect(replayDeadLetters).toEqual({ replayed: 1, refused: [] });
      await waitFor(async () => (await database.rows('SELECT n FROM late')).length === 1, { what: 'the row' });
    });
  });
}
