import { Injectable } from '@nestjs/common';
import { Clock, IdGenerator } from '#thingcore/platform';
import { type RegistryTransaction, RegistryTransactions } from '../changes/registry-transactions.js';
import { RegistrationCodeStore } from './registration-code.store.js';

const CODE_BYTES = 32;

/** The code that proves, as the common name of a certificate, that an operator holds the key of a CA. */
@Injectable()
export class RegistrationCodeService {
  constructor(
    private readonly transactions: RegistryTransactions,
    private readonly codes: RegistrationCodeStore,
    private readonly ids: IdGenerator,
    private readonly clock: Clock,
  ) {}

  /** {@link getIn} in a transaction of its own. */
  get(): Promise<string> {
    return this.transactions.run((tx) => this.getIn(tx));
  }

  /** The code: 64 hex digits, made when it is first asked for and the same until it is deleted. */
  async getIn({ manager }: RegistryTransaction): Promise<string> {
    const known = await this.codes.find(manager);
    if (known !== undefined) return known;
    const code = Buffer.from(this.ids.secret(CODE_BYTES), 'base64url').toString('hex');
    await this.codes.insertIfAbsent(manager, code, new Date(this.clock.now()));
    // Another replica may have been faster: the code is the one that is stored.
    return (await this.codes.find(manager)) ?? code;
  }

  /** Forgets the code; the next one asked for is new. */
  delete(): Promise<void> {
    return this.transactions.run(({ manager }) => this.codes.delete(manager));
  }
}
