import { ModernFakeTimers } from '@jest/fake-timers';
import { ModuleMocker } from 'jest-mock';

/**
 * Runs test files in the context of the process itself instead of one of their own, so that they share the intrinsics
 * (`Error`, `Array`, `Reflect` ...) with the packages that shared-packages.runtime.mjs loads once. What a file changes of
 * the process is put back when it ends. See docs/adr/0021-packages-are-loaded-once-per-test-worker.md.
 */
export default class OneContextEnvironment {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  fakeTimers = null;
  #exportConditions;
  #console = globalThis.console;
  #exit = process.exit;
  #variables = { ...process.env };

  constructor({ projectConfig }) {
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
    this.#exportConditions = projectConfig.testEnvironmentOptions.customExportConditions;
  }

  /** The types that code-first classes declare are kept by Nest in two globals: each file begins without those of others. */
  async setup() {
    globalThis.GqlTypeMetadataStorage?.clear();
    globalThis.GqlLazyMetadataStorageHost?.lazyMetadataByTarget.clear();
  }

  async teardown() {
    this.fakeTimersModern.dispose();
    globalThis.console = this.#console;
    process.exit = this.#exit;
    for (const name of Object.keys(process.env)) if (!(name in this.#variables)) delete process.env[name];
    Object.assign(process.env, this.#variables);
  }

  exportConditions() {
    return this.#exportConditions;
  }

  getVmContext() {
    return globalThis;
  }
}
