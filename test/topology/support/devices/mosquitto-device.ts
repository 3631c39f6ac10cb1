import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { waitFor } from '#thingcore/testing';
import { Inbox } from '../inbox.js';
import { type Device, type DeviceIdentity, type ReceivedMessage, toText } from './device.js';

const run = promisify(execFile);

/** Whether the command line clients of Mosquitto are installed. */
export function isMosquittoInstalled(): boolean {
  return ['mosquitto_pub', 'mosquitto_sub'].every((program) =>
    (process.env.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, program))),
  );
}

/**
 * A device made of `mosquitto_sub`, one process a subscription, and `mosquitto_pub`, one a message. The first process
 * has the client id of the device and is there as long as the device is.
 */
export async function connectMosquitto({ clientId, url }: DeviceIdentity): Promise<Device> {
  const { hostname, port } = new URL(url);
  const server = ['-h', hostname, '-p', port, '-V', 'mqttv311', '-q', '1'];
  const inbox = new Inbox<ReceivedMessage>();
  const subscribers: ChildProcess[] = [];
  let messages = 0;

  const publish = async (topic: string, payload: unknown) => {
    const id = `${clientId}-pub-${++messages}`;
    await run('mosquitto_pub', [...server, '-i', id, '-t', topic, '-m', toText(payload)]);
  };

  const subscribe = async (topicFilter: string, id: string) => {
    const readyTopic = `mosquitto/${id}/ready`;
    const topics = ['-t', topicFilter, '-t', readyTopic];
    const subscriber = spawn('mosquitto_sub', [...server, '-i', id, ...topics, '-F', '%t %p'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    subscribers.push(subscriber);
    let isReady = false;
    createInterface({ input: subscriber.stdout }).on('line', (line) => {
      const [topic = '', payload = ''] = line.split(/ (.*)/s);
      if (topic === readyTopic) isReady = true;
      else inbox.push({ topic, payload });
    });
    // It tells nobody in time that it is subscribed, but a message to itself does.
    const probe = () => publish(readyTopic, '').then(() => isReady);
    await waitFor(probe, { what: `mosquitto_sub to subscribe to ${topicFilter}`, intervalMs: 50 });
  };

  const disconnect = async () => {
    await Promise.all(subscribers.map((subscriber) => end(subscriber)));
  };

  try {
    await subscribe(`mosquitto/${clientId}/nothing`, clientId);
    return {
      inbox,
      publish,
      subscribe: async (topicFilter) => {
        await subscribe(topicFilter, `${clientId}-sub-${subscribers.length}`);
      },
      disconnect,
    };
  } catch (error) {
    await disconnect();
    throw error;
  }
}

/** On SIGTERM mosquitto_sub says goodbye to the broker. */
async function end(subscriber: ChildProcess): Promise<void> {
  if (subscriber.exitCode !== null || subscriber.signalCode !== null) return;
  const exit = once(subscriber, 'exit');
  subscriber.kill('SIGTERM');
  await exit;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
