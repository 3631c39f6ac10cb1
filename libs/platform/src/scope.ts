/** The region and account that stand in every ARN: `arn:aws:iot:{region}:{account}:thing/{name}`. */
export class Scope {
  constructor(
    readonly region: string,
    readonly account: string,
  ) {}
}
