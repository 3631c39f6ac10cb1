import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import {
  createFleetCertificateFromCsr,
  createFleetKeysAndCertificate,
  type ParsedRequestOf,
  registerFleetThing,
} from '#thingcore/contracts';

const PEM = (what: string) => `-----BEGIN ${what}-----\nMIIB\n-----END ${what}-----\n`;

/** A registry that provisions whoever asks, and notes what it was asked. */
@Controller()
export class FakeProvisioning {
  static readonly asked: object[] = [];
  /** Awaited before anything is answered; what it throws is answered. */
  static before: () => Promise<void> = () => Promise.resolve();

  static reset(): void {
    FakeProvisioning.asked.length = 0;
    FakeProvisioning.before = () => Promise.resolve();
  }

  @MessagePattern(createFleetKeysAndCertificate.pattern)
  async createKeys(request: ParsedRequestOf<typeof createFleetKeysAndCertificate>) {
    return { ...(await this.issue(request)), privateKey: PEM('PRIVATE KEY') };
  }

  @MessagePattern(createFleetCertificateFromCsr.pattern)
  signRequest(request: ParsedRequestOf<typeof createFleetCertificateFromCsr>) {
    return this.issue(request);
  }

  @MessagePattern(registerFleetThing.pattern)
  async registerThing(request: ParsedRequestOf<typeof registerFleetThing>) {
    FakeProvisioning.asked.push(request);
    await FakeProvisioning.before();
    const thingName = `pump-${request.parameters['Serial'] ?? 'x'}`;
    return { thingName, deviceConfiguration: { port: 8883, hosts: ['a', 'b'] }, certificateId: 'c'.repeat(64) };
  }

  private async issue(request: object) {
    FakeProvisioning.asked.push(request);
    await FakeProvisioning.before();
    const certificateOwnershipToken = `token-${FakeProvisioning.asked.length}`;
    return { certificateId: 'c'.repeat(64), certificatePem: PEM('CERTIFICATE'), certificateOwnershipToken };
  }
}
