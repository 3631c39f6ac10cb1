import { join } from 'node:path';
import { parseYaml, readYaml, type Tree, type Value } from './files.js';

/** An object of Kubernetes. */
export interface KubernetesObject extends Tree {
  apiVersion: string;
  kind: string;
  metadata: Tree & { name: string; namespace?: string };
}

interface Image {
  name: string;
  newName?: string;
  newTag?: string;
}

interface Patch {
  target: { kind: string; name?: string };
  patch: string;
}

interface Operation {
  op: 'add' | 'replace';
  path: string;
  value: Value;
}

const KNOWN = ['apiVersion', 'kind', 'namespace', 'resources', 'images', 'patches'];
const CLUSTER_WIDE = ['Namespace', 'ClusterRole', 'ClusterRoleBinding', 'PersistentVolume', 'StorageClass'];

/**
 * Renders a kustomization as `kubectl kustomize` does, as far as this repository uses it: resources, namespace, images and
 * patches of operations. Throws for anything else, so that nothing is passed over in silence.
 */
export function render(folder: string): KubernetesObject[] {
  const [kustomization = {}] = readYaml(join(folder, 'kustomization.yaml'));
  const unknown = Object.keys(kustomization).filter((key) => !KNOWN.includes(key));
  if (unknown.length > 0) throw new Error(`${folder}: this renderer does not know ${unknown.join(', ')}`);
  const objects = (kustomization['resources'] as string[]).flatMap((resource) =>
    resource.endsWith('.yaml')
      ? (readYaml(join(folder, resource)) as KubernetesObject[])
      : render(join(folder, resource)),
  );
  for (const patch of (kustomization['patches'] ?? []) as unknown as Patch[]) applyPatch(objects, patch, folder);
  for (const object of objects) {
    setNamespace(object, kustomization['namespace'] as string | undefined);
    setImages(object, (kustomization['images'] ?? []) as unknown as Image[]);
  }
  assertDistinct(objects, folder);
  return objects;
}

function applyPatch(objects: KubernetesObject[], { target, patch }: Patch, folder: string): void {
  const targets = objects.filter(
    ({ kind, metadata }) => kind === target.kind && (target.name === undefined || metadata.name === target.name),
  );
  if (targets.length === 0) throw new Error(`${folder}: a patch is for ${JSON.stringify(target)}, which is not there`);
  for (const object of targets) {
    // Anew for each: what one object got must not be shared with another.
    for (const operation of parseYaml(patch).flat() as unknown as Operation[]) applyOperation(object, operation);
  }
}

/** RFC 6902, `add` and `replace`. */
function applyOperation(object: Tree, { op, path, value }: Operation): void {
  const keys = path
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop() as string;
  let parent: Value | undefined = object;
  for (const key of keys) parent = (parent as Tree | undefined)?.[key];
  if (parent === undefined || parent === null || typeof parent !== 'object') throw new Error(`${path} leads nowhere`);
  if (op === 'add' && Array.isArray(parent)) {
    parent.splice(last === '-' ? parent.length : Number(last), 0, value);
    return;
  }
  if (op !== 'add' && op !== 'replace') throw new Error(`this renderer does not know the operation ${String(op)}`);
  if (op === 'replace' && !(last in parent)) throw new Error(`${path} is not there to be replaced`);
  (parent as Tree)[last] = value;
}

function setNamespace(object: KubernetesObject, namespace: string | undefined): void {
  if (namespace === undefined) return;
  if (object.kind === 'Namespace') object.metadata.name = namespace;
  if (!CLUSTER_WIDE.includes(object.kind)) object.metadata.namespace = namespace;
}

function setImages(value: Value, images: Image[]): void {
  if (value === null || typeof value !== 'object') return;
  for (const inner of Object.values(value)) setImages(inner, images);
  if (Array.isArray(value) || typeof value['image'] !== 'string') return;
  const [, name = '', tag = ''] = /^(.*?)(:[^/:]+)?$/.exec(value['image']) ?? [];
  const image = images.find((candidate) => candidate.name === name);
  if (image === undefined) return;
  value['image'] = (image.newName ?? name) + (image.newTag === undefined ? tag : `:${image.newTag}`);
}

function assertDistinct(objects: KubernetesObject[], folder: string): void {
  const seen = new Set<string>();
  for (const { kind, metadata } of objects) {
    const key = `${kind} ${metadata.name}`;
    if (seen.has(key)) throw new Error(`${folder}: ${key} is there twice`);
    seen.add(key);
  }
}
