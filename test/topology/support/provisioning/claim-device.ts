import { decode, encode } from 'cborg';
import { waitFor } from '#thingcore/testing';
import type { Json } from '../application.js';
import type { DeviceIdentity } from '../devices/device.js';
import { connectMqttjs, type MqttjsDevice } from '../devices/mqttjs-device.js';
import { requestCertificate } from '../identity/operator-pki.js';

/** The formats of provisioning requests. */
export type Format = 'json' | 'cbor';

/** What a device was answered. */
export interface Answer {
  readonly outcome: 'accepted' | 'rejected';
  readonly document: Json;
}

/** A new certificate as its device gets it. */
export interface NewCertificate {
  readonly certificateId: string;
  readonly certificatePem: string;
  readonly privateKey: string;
  readonly certificateOwnershipToken: string;
}

/** A device that speaks the provisioning protocol by itself: it asks for one thing after the other. */
export class ClaimDevice {
  readonly answers: Answer[] = [];

  private constructor(
    readonly device: MqttjsDevice,
    private readonly format: Format,
  ) {
    device.client.on('message', (topic, payload) => {
      const outcome = topic.endsWith('/accepted') ? 'accepted' : 'rejected';
      const document = (format === 'json' ? JSON.parse(payload.toString()) : decode(payload)) as Json;
      this.answers.push({ outcome, document });
    });
  }

  static async connect(identity: DeviceIdentity, format: Format = 'json'): Promise<ClaimDevice> {
    return new ClaimDevice(await connectMqttjs(identity, { protocolVersion: 5 }), format);
  }

  /** Subscribes to the answers of a request, whose topic comes without `$aws/` and its format. */
  async awaitAnswers(topic: string): Promise<void> {
    const request = this.topicOf(topic);
    await this.device.client.subscribeAsync([`${request}/accepted`, `${request}/rejected`], { qos: 1 });
  }

  /** Asks for something and waits for the answer. */
  async ask(topic: string, document: Json = {}): Promise<Answer> {
    await this.awaitAnswers(topic);
    const before = this.answers.length;
    const payload = this.format === 'json' ? JSON.stringify(document) : Buffer.from(encode(document));
    await this.device.client.publishAsync(this.topicOf(topic), payload, { qos: 1 });
    return waitFor(() => this.answers[before], { what: `the answer on ${topic}`, intervalMs: 5 });
  }

  /** A key and a certificate of its own. */
  async createKeys(): Promise<NewCertificate> {
    return accepted(await this.ask('certificates/create')) as unknown as NewCertificate;
  }

  /** A certificate for a key that it has made itself, which is quicker than to have one of RSA made. */
  async createFromCsr(): Promise<NewCertificate> {
    const { csr, privateKey } = await requestCertificate('ECDSA');
    const answer = await this.ask('certificates/create-from-csr', { certificateSigningRequest: csr });
    return { ...(accepted(answer) as unknown as NewCertificate), privateKey };
  }

  register(templateName: string, certificateOwnershipToken: string, parameters: Json = {}): Promise<Answer> {
    const request = { certificateOwnershipToken, parameters };
    return this.ask(`provisioning-templates/${templateName}/provision`, request);
  }

  disconnect(): Promise<void> {
    return this.device.disconnect();
  }

  private topicOf(topic: string): string {
    return `$aws/${topic}/${this.format}`;
  }
}

function accepted({ outcome, document }: Answer): Json {
  if (outcome === 'accepted') return document;
  throw new Error(`No certificate was made: ${JSON.stringify(document)}`);
}
