/** The part of aws-iot-device-sdk (version 1, which comes without types) that the tests use. */
declare module 'aws-iot-device-sdk' {
  import type { EventEmitter } from 'node:events';

  interface DeviceOptions {
    host: string;
    port: number;
    clientId: string;
    privateKey: Buffer;
    clientCert: Buffer;
    caCert: Buffer;
  }

  interface RegisterOptions {
    /** Whether the client subscribes to its answers for good, or for each request. */
    persistentSubscribe?: boolean;
    ignoreDeltas?: boolean;
  }

  interface ThingShadow extends EventEmitter {
    register(thingName: string, options: RegisterOptions, callback: (error?: unknown, failed?: unknown) => void): void;
    /** The token of the request; null while another one is under way. */
    get(thingName: string): string | null;
    update(thingName: string, request: { state: object }): string | null;
    delete(thingName: string): string | null;
    end(force: boolean, callback: () => void): void;
  }

  const sdk: { thingShadow: new (options: DeviceOptions) => ThingShadow };
  export default sdk;
}
