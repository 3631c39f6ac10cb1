import { Inject, Injectable } from '@nestjs/common';
import { reviveError } from '#thingcore/errors';
import { OutboundHttp } from '../network/outbound-http.js';
import { RULES_CONFIG, type RulesConfig } from '../rules.config.js';

const TIMEOUT_MS = 3_000;

/** Whom a token is sent to. */
export interface Challenged {
  readonly arn: string;
  readonly confirmationUrl: string;
  readonly token: string;
}

/** AWS: "HTTP action destinations", the request that asks the owner of a URL to confirm it. */
@Injectable()
export class DestinationChallenge {
  constructor(
    private readonly http: OutboundHttp,
    @Inject(RULES_CONFIG) private readonly config: RulesConfig,
  ) {}

  /** What is wrong with a URL that no destination can have, as the end of a sentence. */
  checkUrl(url: string): string | undefined {
    return this.http.checkUrl(url);
  }

  /** Sends the token; answers why that failed, or undefined when it did not. */
  async send({ arn, confirmationUrl, token }: Challenged): Promise<string | undefined> {
    const body = {
      arn,
      confirmationToken: token,
      enableUrl: `${this.config.confirmationUrl.replace(/\/+$/, '')}/confirmdestination/${token}`,
      messageType: 'DestinationConfirmation',
    };
    try {
      const { status } = await this.http.post({
        url: challengeUrl(confirmationUrl, token),
        headers: {
          'content-type': 'application/json',
          'x-amz-rules-engine-message-type': 'DestinationConfirmation',
          'x-amz-rules-engine-destination-arn': arn,
        },
        body: Buffer.from(JSON.stringify(body)),
        timeoutMs: TIMEOUT_MS,
      });
      return status >= 200 && status < 300 ? undefined : `it answered ${status} to the confirmation request`;
    } catch (error) {
      return `the confirmation request failed: ${reviveError(error).message}`;
    }
  }
}

function challengeUrl(confirmationUrl: string, token: string): URL {
  const url = new URL(confirmationUrl);
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  url.searchParams.append('confirmationToken', token);
  return url;
}
