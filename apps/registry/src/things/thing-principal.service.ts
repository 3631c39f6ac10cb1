import { Injectable } from '@nestjs/common';
import type { getPrincipalsOfThings, listPrincipalThings, ParsedRequestOf, ReplyOf } from '#thingcore/contracts';
import { type RegistryTransaction, RegistryTransactions } from '../changes/registry-transactions.js';
import { type AttachedThing, ThingPrincipalStore } from './thing-principal.store.js';
import { attachedElsewhere, attachedOtherwise, principalNotFound, thingNotFound } from './thing-refusals.js';
import { ThingStore } from './thing.store.js';

/** Which certificates belong to which things. */
@Injectable()
export class ThingPrincipalService {
  constructor(
    private readonly things: ThingStore,
    private readonly principals: ThingPrincipalStore,
    private readonly transactions: RegistryTransactions,
  ) {}

  attachPrincipal(thing: AttachedThing, certificateId: string): Promise<void> {
    return this.transactions.run((tx) => this.attachPrincipalIn(tx, thing, certificateId));
  }

  /** Attaches a certificate to a thing; doing it again alike changes nothing. InvalidRequest for what is exclusive. */
  async attachPrincipalIn(tx: RegistryTransaction, thing: AttachedThing, certificateId: string): Promise<void> {
    const { thingName, thingPrincipalType } = thing;
    await this.lock(tx, thingName, certificateId);
    const { here, elsewhere } = await this.principals.attachments(tx.manager, certificateId, thingName);
    if (here?.thingPrincipalType === thingPrincipalType) return;
    if (here !== undefined) throw attachedOtherwise(certificateId, here);
    // AWS: "EXCLUSIVE_THING": the certificate is attached to this thing and to no other.
    const isExclusive = [thingPrincipalType, elsewhere?.thingPrincipalType].includes('EXCLUSIVE_THING');
    if (elsewhere !== undefined && isExclusive) throw attachedElsewhere(certificateId, elsewhere);
    await this.principals.attach(tx.manager, thing, certificateId);
    tx.affects('certificate', certificateId);
  }

  detachPrincipal(thingName: string, certificateId: string): Promise<void> {
    return this.transactions.run((tx) => this.detachPrincipalIn(tx, thingName, certificateId));
  }

  /** Detaches a certificate from a thing; one that is not attached is no error. */
  async detachPrincipalIn(tx: RegistryTransaction, thingName: string, certificateId: string): Promise<void> {
    await this.lock(tx, thingName, certificateId);
    if (await this.principals.detach(tx.manager, thingName, certificateId)) tx.affects('certificate', certificateId);
  }

  /** The certificates attached to things; a thing that does not exist is left out. */
  async ofThings(thingNames: string[]): Promise<ReplyOf<typeof getPrincipalsOfThings>['things']> {
    return this.principals.ofThings(thingNames);
  }

  /** A page of the things that a certificate is attached to. */
  async listThings(
    certificateId: string,
    { limit, ...wanted }: Omit<ParsedRequestOf<typeof listPrincipalThings>, 'principal'>,
  ): Promise<ReplyOf<typeof listPrincipalThings>> {
    const attached = await this.principals.thingsOf(certificateId, wanted, limit + 1);
    if (attached.length === 0 && !(await this.principals.hasCertificate(certificateId))) {
      throw principalNotFound(certificateId);
    }
    const things = attached.slice(0, limit);
    const last = things.at(-1);
    return { things, ...(attached.length > limit && last ? { nextToken: last.thingName } : {}) };
  }

  /** First the thing, then the certificate, as everywhere. */
  private async lock(tx: RegistryTransaction, thingName: string, certificateId: string): Promise<void> {
    if ((await this.things.hold(tx.manager, thingName)) === undefined) throw thingNotFound(thingName);
    if (!(await this.principals.lockCertificate(tx.manager, certificateId))) throw principalNotFound(certificateId);
  }
}
