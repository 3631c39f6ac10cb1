import * as certManager from '@kubernetes-models/cert-manager/cert-manager.io/v1';
import { ObjectSerializer } from '@kubernetes/client-node/dist/gen/models/ObjectSerializer.js';
import * as apps from 'kubernetes-models/apps/v1';
import * as autoscaling from 'kubernetes-models/autoscaling/v2';
import * as batch from 'kubernetes-models/batch/v1';
import * as networking from 'kubernetes-models/networking.k8s.io/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import type { KubernetesObject } from './kustomize.js';
import type { Value } from './files.js';

interface Model {
  validate(): void;
}

const MODELS: Record<string, Record<string, unknown>> = {
  v1: core,
  'apps/v1': apps,
  'autoscaling/v2': autoscaling,
  'batch/v1': batch,
  'networking.k8s.io/v1': networking,
  'policy/v1': policy,
  'cert-manager.io/v1': certManager,
};

/** What is wrong with an object by the schemas of Kubernetes (cert-manager: by its own); empty when nothing is. */
export function problemsOf(object: KubernetesObject): string[] {
  const name = `${object.kind} ${object.metadata.name}`;
  const model = MODELS[object.apiVersion]?.[object.kind];
  if (typeof model !== 'function') return [`${name}: there is no ${object.kind} in ${object.apiVersion}`];
  try {
    (Reflect.construct(model, [structuredClone(object)]) as Model).validate();
  } catch (error) {
    return [`${name}: ${(error as Error).message}`];
  }
  return unknownFields(object).map((path) => `${name}: there is no field ${path}`);
}

/** The schemas allow more fields than they name. The official client knows all names, and forgets what it does not know. */
function unknownFields(object: KubernetesObject): string[] {
  const type = `${object.apiVersion.split('/').at(-1)!.replace(/^v/, 'V')}${object.kind}`;
  if (object.apiVersion.startsWith('cert-manager.io/')) return [];
  const known = ObjectSerializer.serialize(
    ObjectSerializer.deserialize(structuredClone(object), type, ''),
    type,
    '',
  ) as Value;
  return missing(object, known, '');
}

function missing(all: Value, some: Value | undefined, path: string): string[] {
  if (some === undefined) return [path];
  if (all === null || typeof all !== 'object') return [];
  return Object.entries(all).flatMap(([key, value]) =>
    missing(value, (some as Record<string, Value> | null)?.[key], `${path}.${key}`),
  );
}
