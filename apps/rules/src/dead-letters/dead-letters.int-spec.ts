import {
  deleteDeadLetters,
  deleteTopicRule,
  disableTopicRule,
  enableTopicRule,
  listDeadLetters,
  replaceTopicRule,
  replayDeadLetters,
} from '#thingcore/contracts';
import { IotError } from '#thingcore/errors';
import { waitFor } from '#thingcore/testing';
import { InboxStore } from '../delivery/inbox.store.js';
import { InboxWorker } from '../delivery/inbox-worker.js';
import { aMessage, type RuleDocument, RulesService, textOf } from '../rules-service.fixture.js';

describe('dead letters', () => {
  let rules: RulesService;

  beforeAll(async () => {
    rules = await RulesService.start();
  });

  afterAll(async () => {
    await rules.stop();
  });

  beforeEach(() => {
    rules.forget();
    rules.onPublish = () => Promise.resolve();
  });

  const letters = async (ruleName?: string) =>
    (await rules.rpc.call(listDeadLetters, ruleName === undefined ? {} : { ruleName })).deadLetters;
  const refuse = (refused: string) => {
    rules.onPublish = (topic) =>
      topic === refused ? Promise.reject(new IotError('InvalidRequest', `${topic} is closed`)) : Promise.resolve();
  };

  /** A rule of two actions the second of which fails for some messages. */
  async function failFor(ruleName: string, ...payloads: unknown[]) {
    const actions = [{ republish: { topic: `${ruleName}/fine` } }, { republish: { topic: `${ruleName}/closed` } }];
    await rules.createRule(ruleName, { sql: `SELECT * FROM '${ruleName}'`, actions });
    refuse(`${ruleName}/closed`);
    await rules.send(...payloads.map((payload) => aMessage(ruleName, payload)));
    await waitFor(async () => (await letters(ruleName)).length === payloads.length, { what: 'the dead letters' });
    rules.forget();
    rules.onPublish = () => Promise.resolve();
  }

  it('are listed a page at a time, with the message and what went wrong', async () => {
    await failFor('pages', { n: 1 }, { n: 2 }, { n: 3 });
    const first = await rules.rpc.call(listDeadLetters, { ruleName: 'pages', limit: 2 });
    expect(first.deadLetters).toMatchObject([
      { ruleName: 'pages', action: 'republish', actionIndex: 1, error: 'pages/closed is closed' },
      { message: { topic: 'pages', clientId: 'press-7' } },
    ]);
    const rest = await rules.rpc.call(listDeadLetters, { ruleName: 'pages', after: first.nextToken });
    expect(rest.deadLetters).toHaveLength(1);
    expect(rest.nextToken).toBeUndefined();
  });

  it('run again the action that failed and no other, and are gone then', async () => {
    await failFor('again', { n: 1 }, { n: 2 });
    expect(await rules.rpc.call(replayDeadLetters, { ruleName: 'again' })).toEqual({ replayed: 2, refused: [] });
    await waitFor(() => rules.published.length === 2, { what: 'the replayed actions' });
    expect(rules.published.map(({ topic }) => topic)).toEqual(['again/closed', 'again/closed']);
    expect(rules.published.map(({ payload }) => textOf(payload)).sort()).toEqual(['{"n":1}', '{"n":2}']);
    expect(await letters('again')).toEqual([]);
  });

  it('come back when the action fails again', async () => {
    await failFor('stubborn', { n: 1 });
    const [before] = await letters('stubborn');
    refuse('stubborn/closed');
    await rules.rpc.call(replayDeadLetters, { ids: [before!.id] });
    const isBack = (id: string | undefined) => id !== undefined && id !== before!.id;
    await waitFor(async () => isBack((await letters('stubborn'))[0]?.id), { what: 'a new dead letter' });
    expect(await letters('stubborn')).toMatchObject([{ actionIndex: 1, message: before!.message }]);
  });

  it('are kept, with the reason, when their rule is gone or has another action there', async () => {
    await failFor('gone', { n: 1 });
    await failFor('changed', { n: 1 });
    await rules.rpc.call(deleteTopicRule, { ruleName: 'gone' });
    const actions: RuleDocument['actions'] = [
      { republish: { topic: 'x' } },
      { cloudwatchLogs: { logGroupName: 'g', roleArn: 'arn:aws:iam::1:role/r' } },
    ];
    await rules.rpc.call(replaceTopicRule, {
      ruleName: 'changed',
      payload: { sql: "SELECT * FROM 'changed'", actions },
    });
    const ids = [...(await letters('gone')), ...(await letters('changed'))].map(({ id }) => id);
    expect(await rules.rpc.call(replayDeadLetters, { ids })).toEqual({
      replayed: 0,
      refused: [
        { id: ids[0], reason: 'the rule gone does not exist or is disabled' },
        { id: ids[1], reason: 'the rule changed has another action than republish at place 1 now' },
      ],
    });
    expect(await letters('gone')).toHaveLength(1);
  });

  // PostgreSQL has no text with U+0000 or half a surrogate pair in it.
  it('hold any text that a message may bring along, and are replayed with it', async () => {
    const properties = { userProperties: [['note', 'a\0b\ud800']] as [string, string][] };
    await rules.createRule('odd', { sql: "SELECT n FROM 'odd'", actions: [{ republish: { topic: 'odd/closed' } }] });
    refuse('odd/closed');
    await rules.send(aMessage('odd', { n: 1 }), aMessage('odd', { n: 2 }, { properties }));
    await waitFor(async () => (await letters('odd')).length === 2, { what: 'the dead letters' });
    expect((await letters('odd')).map(({ message }) => message.properties)).toContainEqual(properties);
    rules.onPublish = () => Promise.resolve();
    expect(await rules.rpc.call(replayDeadLetters, { ruleName: 'odd' })).toEqual({ replayed: 2, refused: [] });
    await waitFor(() => rules.published.length === 2, { what: 'the replayed actions' });
  });

  it('are deleted when nobody wants them', async () => {
    await failFor('unwanted', { n: 1 }, { n: 2 });
    expect(await rules.rpc.call(deleteDeadLetters, { ruleName: 'unwanted' })).toEqual({ deleted: 2 });
    expect(await letters('unwanted')).toEqual([]);
  });

  it('is no fate of what a rule has taken before it was disabled: that waits until it is enabled', async () => {
    await rules.createRule('paused', { sql: "SELECT * FROM 'paused'", actions: [{ republish: { topic: 'out' } }] });
    await rules.rpc.call(disableTopicRule, { ruleName: 'paused' });
    const inbox = rules.get(InboxStore);
    await inbox.insert([{ ruleName: 'paused', message: aMessage('paused', { n: 1 }), isClaimed: false }]);
    await rules.createRule('other', { sql: "SELECT * FROM 'other'", actions: [{ republish: { topic: 'other/out' } }] });
    await inbox.insert([{ ruleName: 'other', message: aMessage('other', {}), isClaimed: false }]);
    rules.get(InboxWorker).wake();
    await waitFor(() => rules.published.length === 1, { what: 'the other rule' });
    expect(rules.published).toMatchObject([{ topic: 'other/out' }]);
    await rules.rpc.call(enableTopicRule, { ruleName: 'paused' });
    await waitFor(() => rules.published.length === 2, { what: 'the rule that is enabled again' });
  });
});
