import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { iot, iotshadow, mqtt5 } from 'aws-iot-device-sdk-v2';
import { DemoError } from './demo-error.mjs';

/** @typedef {import('./instance.mjs').Instance} Instance */
/** @typedef {import('./provisioning.mjs').DeviceIdentity} DeviceIdentity */
/** @typedef {import('./readings.mjs').Reading} Reading */

/**
 * Publishes that wait for their acknowledgement at a time. The broker allows 100 (the MQTT 5 Receive Maximum of AWS
 * IoT Core).
 */
export const WINDOW = 100;

const CONNECT_WITHIN_MS = 10_000;
const GOODBYE_WITHIN_MS = 3_000;
const ACKNOWLEDGE_WITHIN_S = 30;
const SHADOW_WITHIN_S = 15;

/** A machine that speaks MQTT 5 through the AWS IoT device SDK; nothing in it knows that this is not AWS. */
export class Device {
  /**
   * @param {Instance} instance
   * @param {DeviceIdentity} identity
   */
  constructor(instance, identity) {
    this.thingName = identity.thingName;
    this.url = instance.mqttsUrl;
    this.client = new mqtt5.Mqtt5Client(clientConfig(instance, identity));
    this.client.on('error', () => undefined); // every operation reports its own failure
    /** @type {Promise<string>} settles with the reason when the connection ends */
    this.ended = new Promise((resolve) => this.client.on('disconnection', ({ error }) => resolve(error.message)));
  }

  /** Connects over mutual TLS. */
  async connect() {
    const signal = AbortSignal.timeout(2 * CONNECT_WITHIN_MS);
    const outcome = Promise.race([
      once(this.client, 'connectionSuccess', { signal }).then(() => undefined),
      once(this.client, 'connectionFailure', { signal }).then(([{ connack, error }]) =>
        connack === undefined ? error.message : `refused with reason code ${connack.reasonCode}`,
      ),
    ]).catch(() => `no answer within ${(2 * CONNECT_WITHIN_MS) / 1000} s; is ca.pem that of this instance?`);
    this.client.start();
    const failure = await outcome;
    if (failure !== undefined) throw new DemoError(`${this.thingName} could not connect to ${this.url}: ${failure}`);
  }

  /**
   * Publishes the readings with QoS 1, `WINDOW` of them in flight. Nothing is tried twice: what is not acknowledged is
   * a failure, and a lost connection is the end: the SDK would connect again and send again without telling.
   *
   * @param {string} runId
   * @param {Reading[]} readings
   * @param {(progress: { acknowledged: number, failed: number }) => void} onProgress
   * @returns {Promise<{ acknowledged: number, failed: number, firstFailure: string | undefined }>}
   */
  async replay(runId, readings, onProgress) {
    let next = 0;
    let acknowledged = 0;
    let failed = 0;
    /** @type {string | undefined} */
    let firstFailure;
    const publishOneAfterTheOther = async () => {
      while (next < readings.length) {
        const reading = readings[next++];
        const failure = await this.publish(`machines/${this.thingName}/telemetry`, { runId, ...reading });
        if (failure === undefined) acknowledged++;
        else {
          failed++;
          firstFailure ??= `reading ${reading.sequence}: ${failure}`;
        }
        onProgress({ acknowledged, failed });
      }
    };
    const all = Promise.all(Array.from({ length: WINDOW }, publishOneAfterTheOther));
    const lost = await Promise.race([all.then(() => undefined), this.ended]);
    if (lost !== undefined) {
      throw new DemoError(`The connection was lost after ${acknowledged} of ${readings.length} readings: ${lost}`);
    }
    return { acknowledged, failed, firstFailure };
  }

  /**
   * Reports state in the classic shadow and waits for the answer on `update/accepted`.
   *
   * @param {object} reported
   * @returns {Promise<number>} the new version of the shadow
   */
  async reportState(reported) {
    const shadow = iotshadow.IotShadowClientv2.newFromMqtt5(this.client, {
      maxRequestResponseSubscriptions: 2,
      maxStreamingSubscriptions: 1,
      operationTimeoutInSeconds: SHADOW_WITHIN_S,
    });
    try {
      const { version } = await shadow.updateShadow({
        thingName: this.thingName,
        clientToken: randomUUID(),
        state: { reported },
      });
      return version;
    } catch (error) {
      const { message = error.message, code = '' } = error.modeledError ?? {};
      throw new DemoError(`The shadow of ${this.thingName} did not take the report: ${code} ${message}`);
    } finally {
      shadow.close();
    }
  }

  /** Says goodbye to the broker. */
  async disconnect() {
    // The SDK can lose a stop that meets an acknowledgement of its own; then the end of the process is the goodbye.
    const stopped = once(this.client, 'stopped', { signal: AbortSignal.timeout(GOODBYE_WITHIN_MS) }).catch(
      () => undefined,
    );
    this.client.stop({ reasonCode: mqtt5.DisconnectReasonCode.NormalDisconnection });
    await stopped;
    this.client.close();
  }

  /**
   * @private
   * @returns {Promise<string | undefined>} why it failed
   */
  async publish(/** @type {string} */ topicName, /** @type {object} */ payload) {
    try {
      const acknowledgement = await this.client.publish({
        topicName,
        qos: mqtt5.QoS.AtLeastOnce,
        payload: JSON.stringify(payload),
      });
      const { reasonCode } = /** @type {mqtt5.PubackPacket} */ (acknowledgement);
      return mqtt5.isSuccessfulPubackReasonCode(reasonCode) ? undefined : `refused with reason code ${reasonCode}`;
    } catch (error) {
      return String(error); // the SDK rejects with a string
    }
  }
}

function clientConfig(/** @type {Instance} */ { mqttsUrl, caPem }, /** @type {DeviceIdentity} */ identity) {
  const { hostname, port } = new URL(mqttsUrl);
  return (
    iot.AwsIotMqtt5ClientConfigBuilder.newDirectMqttBuilderWithMtlsFromMemory(
      hostname,
      identity.certificatePem,
      identity.privateKeyPem,
    )
      .withCertificateAuthority(caPem)
      .withPort(Number(port))
      .withConnectProperties({ clientId: identity.thingName, keepAliveIntervalSeconds: 60 })
      .withConnackTimeoutMs(CONNECT_WITHIN_MS)
      .withAckTimeoutSeconds(ACKNOWLEDGE_WITHIN_S)
      // The SDK would keep to the 100 publishes a second that AWS IoT Core grants a connection.
      .withExtendedValidationAndFlowControlOptions(mqtt5.ClientExtendedValidationAndFlowControl.None)
      .build()
  );
}
