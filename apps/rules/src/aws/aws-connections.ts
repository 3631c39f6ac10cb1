import { readFileSync } from 'node:fs';
import { IotError } from '#thingcore/errors';
import { z } from 'zod';
import type { RulesConfig } from '../rules.config.js';

/** The services of AWS that actions use, by the names their settings have. */
export const AWS_SERVICES = ['s3', 'lambda', 'sqs', 'sns', 'dynamodb', 'kinesis', 'firehose'] as const;

/** One of {@link AWS_SERVICES}. */
export type AwsService = (typeof AWS_SERVICES)[number];

/** What a request to AWS is signed with. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Where a service is and who calls it. */
export interface AwsConnection {
  readonly region: string;
  /** Undefined for that of AWS in the region. */
  readonly endpoint: string | undefined;
  /** Undefined for those the SDK finds on the machine. */
  readonly credentials: AwsCredentials | undefined;
}

const role = z.strictObject({
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
  sessionToken: z.string().min(1).optional(),
  region: z.string().min(1).optional(),
  endpoint: z.url().optional(),
});

const rolesSchema = z.record(z.string().regex(/^arn:/, 'must be the ARN of a role'), role);

const HOW_TO =
  'set THINGCORE_RULES_AWS_ACCESS_KEY_ID and THINGCORE_RULES_AWS_SECRET_ACCESS_KEY, or name the role in THINGCORE_RULES_AWS_ROLES_FILE';

/**
 * What stands behind the role ARNs of rules. AWS would assume the role; here the operator says which credentials a role
 * has, or one set for all of them. Rules themselves never hold any.
 */
export class AwsConnections {
  private readonly roles: z.output<typeof rolesSchema>;
  private readonly common: AwsCredentials | undefined;

  /** Throws an `Error` that names the setting for a file that cannot be used and for half a pair of keys. */
  constructor(private readonly config: RulesConfig) {
    const { awsAccessKeyId: accessKeyId, awsSecretAccessKey: secretAccessKey } = config;
    if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
      throw new Error(
        'THINGCORE_RULES_AWS_ACCESS_KEY_ID and THINGCORE_RULES_AWS_SECRET_ACCESS_KEY belong together: set both or none',
      );
    }
    this.common =
      accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey };
    this.roles = config.awsRolesFile === undefined ? {} : readRoles(config.awsRolesFile);
  }

  /** Why nobody can act as this role, as a sentence for the author of a rule; undefined when somebody can. */
  unavailable(roleArn: string | undefined): string | undefined {
    if (this.common !== undefined || this.config.awsFromEnvironment) return undefined;
    if (roleArn !== undefined && Object.hasOwn(this.roles, roleArn)) return undefined;
    return roleArn === undefined
      ? `it names no role and there are no AWS credentials; ${HOW_TO}`
      : `there are no AWS credentials for ${roleArn}; ${HOW_TO}`;
  }

  /**
   * The connection of a role to a service. Errors: `InvalidRequest` when the role has no credentials.
   *
   * @param region where the resource is, as far as its name says so
   */
  find(service: AwsService, roleArn: string | undefined, region?: string): AwsConnection {
    const own = roleArn !== undefined && Object.hasOwn(this.roles, roleArn) ? this.roles[roleArn] : undefined;
    const endpoint = own?.endpoint ?? this.config[`${service}Endpoint`] ?? this.config.awsEndpoint;
    const home = own?.region ?? this.config.awsRegion;
    return {
      // What stands in for AWS knows one region, whatever the ARNs of its resources look like.
      region: endpoint === undefined ? (region ?? home) : home,
      endpoint,
      credentials: this.credentials(roleArn),
    };
  }

  /** The credentials of a role; undefined for those of the machine. Errors: `InvalidRequest` when it has none. */
  credentials(roleArn: string | undefined): AwsCredentials | undefined {
    const problem = this.unavailable(roleArn);
    if (problem !== undefined) throw new IotError('InvalidRequest', problem);
    const own = roleArn !== undefined && Object.hasOwn(this.roles, roleArn) ? this.roles[roleArn] : undefined;
    return own ?? this.common;
  }
}

function readRoles(file: string): z.output<typeof rolesSchema> {
  const refuse = (problem: string) => new Error(`THINGCORE_RULES_AWS_ROLES_FILE=${file} cannot be used: ${problem}`);
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    // A syntax error would quote the file, secrets and all.
    throw refuse(error instanceof SyntaxError ? 'it is no JSON' : String(error));
  }
  const parsed = rolesSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const nested = issue?.code === 'invalid_key' ? issue.issues[0] : issue;
  throw refuse(`${issue?.path.join('.') ?? ''}: ${nested?.message ?? 'invalid'}`);
}
