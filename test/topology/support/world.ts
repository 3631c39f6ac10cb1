import { Application } from './application.js';
import type { Device, DeviceKind } from './devices/device.js';
import { OperatorDatabase } from './operator-database.js';
import { DEVICE_POLICY } from './policies.js';
import type { Product } from './product.js';

/** The policy that every device of a world has. */
export const POLICY_NAME = 'devices';

/** A running product with its operator's application and database, and the devices that tests connect to it. */
export class World {
  readonly #devices: Pick<Device, 'disconnect'>[] = [];

  private constructor(
    readonly product: Product,
    readonly application: Application,
    readonly database: OperatorDatabase,
  ) {}

  /** Starts a product and makes what all its tests share: the policy of devices. */
  static async open(start: () => Promise<Product>): Promise<World> {
    const product = await start();
    try {
      const application = new Application(product);
      await application.createPolicy(POLICY_NAME, DEVICE_POLICY);
      return new World(product, application, await OperatorDatabase.connect(product.operatorDatabaseUrl));
    } catch (error) {
      await product.dispose();
      throw error;
    }
  }

  /** Provisions a thing and connects its device; on the plain port it needs no certificate. */
  async connect(kind: DeviceKind, thingName: string): Promise<Device> {
    const { endpoints } = this.product;
    if (kind.usesTls) {
      const certificate = await this.application.provision(thingName, POLICY_NAME);
      return this.keep(await kind.connect({ clientId: thingName, url: endpoints.mqtts, certificate }));
    }
    await this.application.createThing(thingName, { model: 'press-4' });
    return this.keep(await kind.connect({ clientId: thingName, url: endpoints.mqtt }));
  }

  /** Has a device disconnected at the end, if its test has not done so. */
  keep<D extends Pick<Device, 'disconnect'>>(device: D): D {
    this.#devices.push(device);
    return device;
  }

  async close(): Promise<void> {
    // A device whose connection is gone may refuse to be disconnected; the product is to be stopped all the same.
    await Promise.allSettled(this.#devices.map((device) => device.disconnect()));
    await Promise.allSettled([this.application.close(), this.database.close()]);
    await this.product.dispose();
  }
}
