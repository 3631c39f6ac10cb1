import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { IoTClient } from '@aws-sdk/client-iot';
import { IoTDataPlaneClient } from '@aws-sdk/client-iot-data-plane';
import type { Product } from './product.js';

/** What `aws-credentials.json` of the data directory holds, in the words of the SDKs. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The unmodified clients of the AWS SDK, pointed at a product by its endpoints. */
export interface AwsClients {
  readonly credentials: AwsCredentials;
  readonly iot: IoTClient;
  /** At the gateway. */
  readonly data: IoTDataPlaneClient;
  /** At the port of devices. */
  readonly dataOfDevices: IoTDataPlaneClient;
  close(): void;
}

/** Clients with the access key of the first administrator. */
export async function awsClientsOf({ dataDirectory, endpoints, ca }: Product): Promise<AwsClients> {
  const credentials = JSON.parse(await readFile(join(dataDirectory, 'aws-credentials.json'), 'utf8')) as AwsCredentials;
  const options = { region: 'us-east-1', credentials };
  const iot = new IoTClient({ ...options, endpoint: endpoints.http });
  const data = new IoTDataPlaneClient({ ...options, endpoint: endpoints.http });
  const requestHandler = { httpsAgent: new Agent({ ca }) };
  const dataOfDevices = new IoTDataPlaneClient({ ...options, endpoint: endpoints.https, requestHandler });
  const close = () => [iot, data, dataOfDevices].forEach((client) => client.destroy());
  return { credentials, iot, data, dataOfDevices, close };
}
