import { Injectable } from '@nestjs/common';
import { DataDirectory } from '#thingcore/platform';
import { AuthorityStore } from './authority.store.js';
import { trustBundle } from './trust.js';

const FILE = 'ca.pem';

/** The file `ca.pem` of the data directory: what devices and tools beside this process verify its servers with. */
@Injectable()
export class AuthorityFile {
  private lastWrite: Promise<void> = Promise.resolve();

  constructor(
    private readonly authorities: AuthorityStore,
    private readonly dataDirectory: DataDirectory,
  ) {}

  /** Brings the file up to date. One at a time, so that an older bundle never replaces a newer one. */
  refresh(): Promise<void> {
    const write = this.lastWrite.then(() => this.write());
    this.lastWrite = write.catch(() => undefined);
    return write;
  }

  private async write(): Promise<void> {
    const bundle = trustBundle(await this.authorities.list());
    if ((await this.dataDirectory.read(FILE)) !== bundle) await this.dataDirectory.write(FILE, bundle, 0o644);
  }
}
