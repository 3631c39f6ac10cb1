import type { ChangedShadow } from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import type { ShadowTexts } from '#thingcore/shadow-document';
import type { Publisher } from '../messages/publisher.js';
import { ShadowEventsController } from './shadow-events.controller.js';

/** Notes what is published; `awaited` decides about topics by how they end. */
class FakePublisher {
  readonly published: [topic: string, document: Record<string, unknown>][] = [];
  awaited: (topic: string) => boolean = () => true;
  beforePublish: (topic: string) => Promise<void> = () => Promise.resolve();

  isRunning = true;

  assertRunning(): void {
    if (!this.isRunning) throw new IotError('ServiceUnavailable', 'starting');
  }

  isAwaited(topic: string): boolean {
    return this.awaited(topic);
  }

  async publishJson(topic: string, document: Record<string, unknown>): Promise<void> {
    await this.beforePublish(topic);
    this.published.push([topic, document]);
  }

  get topics(): string[] {
    return this.published.map(([topic]) => topic.slice('$aws/things/'.length));
  }
}

const PREVIOUS: ShadowTexts = {
  state: '{"desired":{"on":true},"reported":{"on":false}}',
  metadata: '{"desired":{"on":{"timestamp":1}},"reported":{"on":{"timestamp":1}}}',
  version: 4,
};
const report = (version: number, reported: { on: boolean }) => ({ requested: { reported }, version, timestamp: 9 });
const changed = (steps: ChangedShadow['steps'], thingName = 'lamp'): ChangedShadow => ({
  thingName,
  previous: PREVIOUS,
  steps,
});

describe('ShadowEventsController', () => {
  let publisher: FakePublisher;
  let sut: ShadowEventsController;

  beforeEach(() => {
    publisher = new FakePublisher();
    sut = new ShadowEventsController(publisher as unknown as Publisher);
  });

  it('tells delta, documents and accepted of each version in this order', async () => {
    await sut.changed({ shadows: [changed([report(5, { on: false }), report(6, { on: true })])] });
    expect(publisher.published).toMatchObject([
      ['$aws/things/lamp/shadow/update/delta', { version: 5, state: { on: true } }],
      ['$aws/things/lamp/shadow/update/documents', { previous: { version: 4 }, current: { version: 5 } }],
      ['$aws/things/lamp/shadow/update/accepted', { version: 5, state: { reported: { on: false } } }],
      ['$aws/things/lamp/shadow/update/documents', { previous: { version: 5 }, current: { version: 6 } }],
      ['$aws/things/lamp/shadow/update/accepted', { version: 6 }],
    ]);
  });

  it('refuses what comes before its node knows who reads it, so that it is told later or by another node', async () => {
    publisher.isRunning = false;
    const event = { shadows: [changed([report(5, { on: false })])] };
    await expect(sut.changed(event)).rejects.toMatchObject({ code: 'ServiceUnavailable', retryable: true });
    expect(publisher.published).toEqual([]);
  });

  it('tells a deletion in its place among the updates', async () => {
    const steps = [report(5, { on: true }), { version: 5, timestamp: 9, clientToken: 't' }, report(6, { on: true })];
    await sut.changed({ shadows: [{ ...changed(steps), shadowName: 'config' }] });
    const prefix = 'lamp/shadow/name/config';
    expect(publisher.topics).toEqual([
      `${prefix}/update/documents`,
      `${prefix}/update/accepted`,
      `${prefix}/delete/accepted`,
      `${prefix}/update/documents`,
      `${prefix}/update/accepted`,
    ]);
    expect(publisher.published[2]?.[1]).toEqual({ version: 5, timestamp: 9, clientToken: 't' });
    expect(publisher.published[3]?.[1]).toMatchObject({ previous: null, current: { version: 6 } });
  });

  it.each([
    ['accepted alone', (topic: string) => topic.endsWith('update/accepted'), ['lamp/shadow/update/accepted']],
    ['the delta alone', (topic: string) => topic.endsWith('delta'), ['lamp/shadow/update/delta']],
    ['nothing', () => false, []],
  ])('makes only what is awaited: %s', async (_name, awaited, expected) => {
    publisher.awaited = awaited;
    await sut.changed({ shadows: [changed([report(5, { on: false })])] });
    expect(publisher.topics).toEqual(expected);
  });

  it('tells of one event after the other for a shadow, and of other shadows meanwhile', async () => {
    publisher.awaited = (topic) => topic.endsWith('accepted');
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    publisher.beforePublish = (topic) => (topic.includes('/lamp/') ? held : Promise.resolve());
    const first = sut.changed({ shadows: [changed([report(5, { on: true })])] });
    const second = sut.changed({ shadows: [changed([report(6, { on: true })])] });
    await sut.changed({ shadows: [changed([report(5, { on: true })], 'other')] });
    expect(publisher.topics).toEqual(['other/shadow/update/accepted']);
    publisher.beforePublish = () => Promise.resolve();
    release();
    await Promise.all([first, second]);
    expect(publisher.published.slice(1).map(([, { version }]) => version)).toEqual([5, 6]);
  });
});
