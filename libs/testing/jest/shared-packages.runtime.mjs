import Runtime from 'jest-runtime';
import { compileFunction, SyntheticModule } from 'node:vm';

/**
 * Jest evaluates everything anew for each test file. For the sources of this repository that is isolation worth having; for
 * TypeORM, GraphQL or the AWS SDK it was two thirds of the time of the tests. This runtime leaves packages to Node, which
 * loads them once per worker, by the same rules as in production, and runs the rest beside them in the context of the
 * process. See docs/adr/0021-packages-are-loaded-once-per-test-worker.md.
 */
export default class SharedPackagesRuntime extends Runtime {
  constructor(...args) {
    super(...args);
    const { esmLoader, executor } = this;
    const resolveModule = esmLoader.resolveModule.bind(esmLoader);
    esmLoader.resolveModule = (specifier, ...rest) =>
      isPackage(specifier) ? sharedModule(specifier) : resolveModule(specifier, ...rest);
    // No context of its own: that of the process.
    esmLoader.getContext = () => undefined;
    executor.compile = (source, filename) =>
      compileFunction(source, executor.injectedModuleParameters, {
        filename,
        importModuleDynamically: (specifier, _function, attributes, phase) =>
          executor.dynamicImport(specifier, filename, undefined, attributes, phase),
      });
  }
}

/** Jest requires this file; the mark says that the class is its default export (as Babel and TypeScript do). */
export const __esModule = true;

const shared = new Map();

/** Whether an import names a package: not a file, not a part of this repository, and not what Jest makes for each file. */
function isPackage(specifier) {
  return (
    /^@?[a-z0-9]/i.test(specifier) && !/^(node:|data:|@jest\/globals$)/.test(specifier) && !specifier.endsWith('.json')
  );
}

function sharedModule(specifier) {
  const known = shared.get(specifier);
  if (known !== undefined) return known;
  const loading = exposed(specifier);
  shared.set(specifier, loading);
  return loading;
}

/** A package that Node has loaded, in the shape that a module which Jest evaluates can be linked with. */
async function exposed(specifier) {
  const namespace = await import(specifier);
  const module = new SyntheticModule(Object.keys(namespace), () => {
    for (const [name, value] of Object.entries(namespace)) module.setExport(name, value);
  });
  await module.link(() => undefined);
  await module.evaluate();
  return module;
}
