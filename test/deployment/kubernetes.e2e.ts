import { walk, type Tree, type Value } from './files.js';
import { type KubernetesObject, render } from './kustomize.js';
import { problemsOf } from './kubernetes-schema.js';
import { seriesOfTheProduct } from './metrics.js';
import { defaultPort, rolesOfTheImage, secretFileSettings, settingsOfTheProduct, stopLimitSeconds } from './product.js';

const SERVICES = ['registry', 'shadow', 'broker-gateway', 'rules', 'gateway'];

interface Container extends Tree {
  name: string;
  image: string;
  ports: (Tree & { name: string; containerPort: number })[];
}

describe.each(['dev', 'production'])('the overlay %s', (overlay) => {
  const objects = render(`k8s/overlays/${overlay}`);
  const ofKind = (kind: string) => objects.filter((object) => object.kind === kind);
  const trees = [...walk(objects)].filter((value): value is Tree => isTree(value));
  const podSpecs = trees.filter((tree) => Array.isArray(tree['containers']));
  const containers = podSpecs.flatMap((pod) => pod['containers'] as unknown as Container[]);
  const podOf = (name: string) => find(objects, 'Deployment', name, 'spec', 'template', 'spec') as Tree;

  it('holds to the schemas of Kubernetes, object by object', () => {
    expect(objects.flatMap(problemsOf)).toEqual([]);
    expect(objects.length).toBeGreaterThan(25);
  });

  it('has a Deployment, a PodDisruptionBudget and a HorizontalPodAutoscaler for each service', () => {
    for (const kind of ['Deployment', 'PodDisruptionBudget', 'HorizontalPodAutoscaler'])
      expect(ofKind(kind).map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(SERVICES));
  });

  it.each(SERVICES)('runs the role %s of the image', (service) => {
    const [container] = podOf(service)['containers'] as unknown as Container[];
    expect(container?.['args']).toEqual([service]);
    expect(rolesOfTheImage()).toContain(service);
  });

  it('sets nothing that is no setting of the product', () => {
    const named = trees.map((tree) => tree['name']).filter((name): name is string => isSetting(name));
    const inMaps = ofKind('ConfigMap').flatMap(({ data }) => Object.keys(data as Tree));
    const settings = settingsOfTheProduct();
    expect([...named, ...inMaps].filter((name) => !settings.has(name))).toEqual([]);
    expect(named.length).toBeGreaterThan(10);
  });

  it('opens the ports that the product listens on', () => {
    const open = Object.fromEntries(
      SERVICES.flatMap((service) =>
        (podOf(service)['containers'] as unknown as Container[]).flatMap(({ ports }) =>
          ports.map(({ name, containerPort }) => [name, containerPort]),
        ),
      ),
    ) as unknown;
    expect(open).toEqual({
      metrics: defaultPort('THINGCORE_METRICS_PORT'),
      mqtts: defaultPort('THINGCORE_MQTTS_PORT'),
      https: defaultPort('THINGCORE_HTTPS_PORT'),
      http: defaultPort('THINGCORE_HTTP_PORT'),
    });
  });

  it('has a pod with that port behind each port of a Service', () => {
    for (const { metadata, spec } of ofKind('Service') as (KubernetesObject & { spec: Tree })[]) {
      const selector = spec['selector'] as Tree;
      const templates = trees.filter((tree) => isTree(tree['template']) && matches(tree['template'], selector));
      const names = templates.flatMap(({ template }) => portNames(template as Tree));
      for (const { targetPort } of spec['ports'] as Tree[]) {
        expect({ service: metadata.name, names }).toEqual({
          service: metadata.name,
          names: expect.arrayContaining([targetPort]) as string[],
        });
      }
    }
  });

  it('lets devices in at 8883 and 443', () => {
    expect(find(objects, 'Service', 'broker-gateway', 'spec', 'type')).toBe('LoadBalancer');
    expect((find(objects, 'Service', 'broker-gateway', 'spec', 'ports') as Tree[]).map(({ port }) => port)).toEqual([
      8883, 443,
    ]);
  });

  it.each(SERVICES)('probes %s where it answers, and waits for its stop', (service) => {
    const pod = podOf(service);
    const [container] = pod['containers'] as unknown as Container[];
    for (const [probe, path] of [
      ['startupProbe', '/healthz'],
      ['livenessProbe', '/healthz'],
      ['readinessProbe', '/readyz'],
    ] as const)
      expect(container?.[probe]).toMatchObject({ httpGet: { path, port: 'metrics' } });
    const pause = ((container?.['lifecycle'] as Tree)['preStop'] as { sleep: { seconds: number } }).sleep.seconds;
    expect(pod['terminationGracePeriodSeconds']).toBeGreaterThan(stopLimitSeconds() + pause);
  });

  it.each(SERVICES)('spreads the pods of %s over zones and nodes', (service) => {
    const constraints = podOf(service)['topologySpreadConstraints'] as Tree[];
    expect(constraints.map(({ topologyKey }) => topologyKey)).toEqual([
      'topology.kubernetes.io/zone',
      'kubernetes.io/hostname',
    ]);
    for (const { labelSelector } of constraints) {
      expect(labelSelector).toEqual({ matchLabels: { 'app.kubernetes.io/name': service } });
    }
  });

  it('gives no pod more than it needs', () => {
    for (const pod of podSpecs) {
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      });
    }
    for (const container of containers) {
      expect(container).toMatchObject({
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        resources: {
          requests: { cpu: expect.any(String), memory: expect.any(String) },
          limits: { memory: expect.any(String) },
        },
      });
    }
  });

  it('says which version of each image it runs', () => {
    for (const { image } of containers) expect(image).toMatch(/^[^:]+:\d+(\.\d+)+$/);
  });

  it('mounts only volumes that are there', () => {
    const claimed = trees
      .flatMap((tree) => (tree['volumeClaimTemplates'] ?? []) as Tree[])
      .map(({ metadata }) => (metadata as Tree)['name']);
    for (const pod of podSpecs) {
      const names = [...((pod['volumes'] ?? []) as Tree[]).map(({ name }) => name), ...claimed];
      const mounts = (pod['containers'] as Tree[]).flatMap((container) => container['volumeMounts'] as Tree[]);
      expect(mounts.map(({ name }) => name).filter((name) => !names.includes(name as string))).toEqual([]);
    }
  });

  it('scales on metrics that the product has', async () => {
    const asked = trees.map((tree) => tree['metric']).filter((metric): metric is Tree => isTree(metric as Value));
    const series = await seriesOfTheProduct();
    expect(asked.map(({ name }) => name).filter((name) => !series.has(name as string))).toEqual([]);
    expect(asked).toHaveLength(4);
  });

  it('holds no secret: each is a file of a Secret that somebody else makes', () => {
    expect(ofKind('Secret')).toEqual([]);
    const set = trees.filter((tree) => typeof tree['name'] === 'string' && typeof tree['value'] === 'string');
    const files = new Set(secretFileSettings());
    const secrets = set.filter(
      ({ name, value }) =>
        (/SECRET|PASSWORD|API_KEY|TOKEN|_URL/.test(name as string) && !files.has(name as string)) ||
        /:\/\/[^/]*@/.test(value as string),
    );
    expect(secrets).toEqual([]);
    expect(set.filter(({ name }) => files.has(name as string)).length).toBeGreaterThan(8);
  });

  it('mounts the file of each secret that it names, closed to others', () => {
    for (const pod of podSpecs.filter((spec) => JSON.stringify(spec).includes('/run/secrets/'))) {
      const volume = (pod['volumes'] as Tree[]).find(({ name }) => name === 'secrets')?.['projected'] as Tree;
      const [container] = pod['containers'] as Tree[];
      const mount = (container?.['volumeMounts'] as Tree[]).find(({ name }) => name === 'secrets');
      const paths = (volume['sources'] as { secret: { items: { path: string }[] } }[]).flatMap(({ secret }) =>
        secret.items.map(({ path }) => `${mount?.['mountPath'] as string}/${path}`),
      );
      const named = (container?.['env'] as Tree[]).filter(({ name }) => secretFileSettings().includes(name as string));
      expect(named.map(({ value }) => value).sort()).toEqual(paths.sort());
      expect(mount).toMatchObject({ readOnly: true });
      expect(volume['defaultMode']).toBe(0o440);
    }
  });

  it('migrates in a Job of its own for each version, for which the services wait', () => {
    const [job, ...others] = ofKind('Job');
    expect(others).toEqual([]);
    const [container] = find(objects, 'Job', job!.metadata.name, 'spec', 'template', 'spec', 'containers') as Tree[];
    expect(container).toMatchObject({ args: ['migrate'] });
    expect(rolesOfTheImage()).toContain('migrate');
    const version = (container?.['image'] as string).split(':').at(-1)!;
    expect(job!.metadata.name).toBe(`migrate-${version.replaceAll('.', '-')}`);
    expect(find(objects, 'ConfigMap', 'thingcore', 'data')).toMatchObject({ THINGCORE_DATABASE_MIGRATE: 'check' });
  });

  it('lets no service open a connection to another', () => {
    const opened = (ofKind('NetworkPolicy') as (KubernetesObject & { spec: Tree })[]).flatMap(
      ({ spec }) => spec['egress'] ?? [],
    );
    const targets = [...walk(opened as Value[])].filter(isTree).map((tree) => tree['app.kubernetes.io/name']);
    expect(targets.filter((name) => SERVICES.includes(name as string))).toEqual([]);
    expect(find(objects, 'NetworkPolicy', 'nothing', 'spec')).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
  });

  it('lets the edges not reach PostgreSQL', () => {
    const [rule] = find(objects, 'NetworkPolicy', 'to-postgresql', 'spec', 'podSelector', 'matchExpressions') as Tree[];
    expect(rule?.['values']).toEqual(expect.arrayContaining(['registry', 'shadow', 'rules', 'migrate']));
    expect(rule?.['values']).not.toEqual(expect.arrayContaining(['gateway']));
    expect(rule?.['values']).not.toEqual(expect.arrayContaining(['broker-gateway']));
  });
});

describe('the check by the schemas', () => {
  const deployment = () =>
    render('k8s/base').find(({ kind }) => kind === 'Deployment') as KubernetesObject & { spec: Tree };

  it('finds a field that is missing', () => {
    const object = deployment();
    delete object.spec['selector'];
    expect(problemsOf(object).join()).toContain('selector');
  });

  it('finds a field of the wrong type', () => {
    const object = deployment();
    object.spec['minReadySeconds'] = 'ten';
    expect(problemsOf(object).join()).toContain('minReadySeconds');
  });

  it('finds a field that does not exist', () => {
    const object = deployment();
    object.spec['replicsa'] = 2;
    expect(problemsOf(object)).toEqual(['Deployment registry: there is no field .spec.replicsa']);
  });

  it('finds a kind that does not exist', () => {
    expect(problemsOf({ ...deployment(), kind: 'Deploiment' })).toHaveLength(1);
  });
});

function isTree(value: Value | undefined): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSetting(name: Value | undefined): boolean {
  return typeof name === 'string' && name.startsWith('THINGCORE_');
}

function find(objects: KubernetesObject[], kind: string, name: string, ...path: string[]): Value {
  let value: Value | undefined = objects.find((object) => object.kind === kind && object.metadata.name === name);
  for (const key of path) value = (value as Tree | undefined)?.[key];
  if (value === undefined) throw new Error(`${kind} ${name} has no ${path.join('.')}`);
  return value;
}

function matches(template: Tree, selector: Tree): boolean {
  const labels = ((template['metadata'] as Tree | undefined)?.['labels'] ?? {}) as Tree;
  return Object.entries(selector).every(([key, value]) => labels[key] === value);
}

function portNames(template: Tree): string[] {
  const { containers } = template['spec'] as unknown as { containers: Container[] };
  return containers.flatMap(({ ports }) => ports.map(({ name }) => name));
}
