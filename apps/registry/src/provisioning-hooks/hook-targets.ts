import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { IotError } from '#thingcore/errors';
import { Clock } from '#thingcore/platform';
import { signRequest } from '#thingcore/sigv4';
import { REGISTRY_CONFIG, type RegistryConfig } from '../registry.config.js';
import type { HookRequest } from './hook-exchange.js';

const JSON_TYPE = 'application/json';

/** Whom hooks can ask: a URL, or a Lambda function through the API of AWS. */
@Injectable()
export class HookTargets {
  constructor(
    @Inject(REGISTRY_CONFIG) private readonly config: RegistryConfig,
    private readonly clock: Clock,
  ) {}

  /** InvalidRequest for a target that could never be asked. */
  check(field: string, target: string): void {
    if (target.startsWith('http')) this.checkUrl(field, target);
    else this.credentials(field);
  }

  /** The question as it is sent to a target; `secret` signs it for a URL. */
  async requestFor(target: string, body: string, secret: string | undefined): Promise<HookRequest> {
    if (!target.startsWith('http')) return this.invocation(target, body);
    const url = new URL(target);
    if (secret === undefined) return { url, body, headers: { 'content-type': JSON_TYPE } };
    const time = String(this.clock.now());
    // The time is signed too, so that a question that somebody overheard cannot be asked again for ever.
    const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('hex');
    return {
      url,
      body,
      headers: {
        'content-type': JSON_TYPE,
        'x-thingcore-timestamp': time,
        'x-thingcore-signature': `sha256=${signature}`,
      },
    };
  }

  // AWS Lambda: Invoke, "RequestResponse".
  private async invocation(target: string, body: string): Promise<HookRequest> {
    const region = target.split(':')[3] ?? '';
    const endpoint = this.config.lambdaEndpoint ?? `https://lambda.${region}.amazonaws.com`;
    const base = endpoint.replace(/\/+$/, '');
    const url = new URL(`${base}/2015-03-31/functions/${encodeURIComponent(target)}/invocations`);
    const unsigned = {
      url,
      body,
      headers: { 'content-type': JSON_TYPE, 'x-amz-invocation-type': 'RequestResponse' },
    };
    const credentials = this.credentials('preProvisioningHook.targetArn');
    const at = new Date(this.clock.now());
    const headers = await signRequest(unsigned, credentials, { region, service: 'lambda', at });
    return { url, body, headers };
  }

  private checkUrl(field: string, target: string): void {
    if (!URL.canParse(target)) {
      throw new IotError('InvalidRequest', `${target} is no URL`, { details: { field } });
    }
    const { username, password } = new URL(target);
    if (username === '' && password === '') return;
    throw new IotError(
      'InvalidRequest',
      'The URL of a hook carries no user name or password: use a signingSecret, which is not shown',
      { details: { field } },
    );
  }

  private credentials(field: string): { accessKeyId: string; secretAccessKey: string } {
    const { awsAccessKeyId: accessKeyId, awsSecretAccessKey: secretAccessKey } = this.config;
    if (accessKeyId !== undefined && secretAccessKey !== undefined) return { accessKeyId, secretAccessKey };
    throw new IotError(
      'InvalidRequest',
      'A Lambda function cannot be invoked without credentials: set THINGCORE_REGISTRY_AWS_ACCESS_KEY_ID and ' +
        'THINGCORE_REGISTRY_AWS_SECRET_ACCESS_KEY, or use a URL',
      { details: { field } },
    );
  }
}
