import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RulesConfig } from '../rules.config.js';
import { rulesConfig } from '../rules.fixture.js';
import { AwsConnections } from './aws-connections.js';

const roleArn = 'arn:aws:iam::123456789012:role/factory';
const common = { awsAccessKeyId: 'AKID', awsSecretAccessKey: 'secret' };

describe('AwsConnections', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'roles-'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  function withRoles(roles: unknown, more: Partial<RulesConfig> = {}): AwsConnections {
    const awsRolesFile = join(folder, 'roles.json');
    writeFileSync(awsRolesFile, typeof roles === 'string' ? roles : JSON.stringify(roles));
    return new AwsConnections(rulesConfig({ awsRolesFile, ...more }));
  }

  it('gives a role the credentials the file names, and all others the common ones', () => {
    const own = { accessKeyId: 'OWN', secretAccessKey: 's', region: 'eu-west-1', endpoint: 'http://minio:9000' };
    const connections = withRoles({ [roleArn]: own }, common);
    expect(connections.find('s3', roleArn)).toMatchObject({
      region: 'eu-west-1',
      endpoint: 'http://minio:9000',
      credentials: { accessKeyId: 'OWN' },
    });
    expect(connections.find('s3', 'arn:aws:iam::1:role/other')).toMatchObject({
      region: 'us-east-1',
      endpoint: undefined,
      credentials: { accessKeyId: 'AKID' },
    });
  });

  it('takes the region of a resource, unless something stands in for AWS', () => {
    expect(new AwsConnections(rulesConfig(common)).find('sqs', undefined, 'eu-west-1').region).toBe('eu-west-1');
    const local = new AwsConnections(rulesConfig({ ...common, awsEndpoint: 'http://localhost:4566' }));
    expect(local.find('sqs', undefined, 'eu-west-1').region).toBe('us-east-1');
  });

  it('uses the credentials of the machine only when it is told to', () => {
    expect(new AwsConnections(rulesConfig()).unavailable(roleArn)).toMatch(/no AWS credentials for/);
    const allowed = new AwsConnections(rulesConfig({ awsFromEnvironment: true }));
    expect(allowed.unavailable(roleArn)).toBeUndefined();
    expect(allowed.credentials(roleArn)).toBeUndefined();
  });

  it.each<[name: string, roles: unknown, message: RegExp]>([
    ['no JSON, without quoting it', 'hunter2 {', /^((?!hunter2).)*it is no JSON$/],
    ['a name that is no ARN', { factory: {} }, /ARN of a role/],
    ['a role without a secret', { [roleArn]: { accessKeyId: 'a' } }, /secretAccessKey/],
  ])('refuses a file with %s', (_name, roles, message) => {
    expect(() => withRoles(roles)).toThrow(message);
  });

  it('refuses half a pair of keys', () => {
    expect(() => new AwsConnections(rulesConfig({ awsAccessKeyId: 'a' }))).toThrow(/belong together/);
  });
});
