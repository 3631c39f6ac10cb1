/** The values of `awsIotSqlVersion`. AWS: "SQL versions". */
export const SQL_VERSIONS = ['2015-10-08', '2016-03-23', 'beta'] as const;

/** One of {@link SQL_VERSIONS}. */
export type SqlVersion = (typeof SQL_VERSIONS)[number];

/** What differs between the versions. */
export interface Dialect {
  readonly version: SqlVersion;
  /** Array and object literals, nested queries, the later functions and cast targets. */
  readonly has2016Features: boolean;
  /** AWS: since 2016-03-23 "10.0" is processed as the Int 10. */
  readonly wholeDecimalIsInt: boolean;
}

const DIALECTS: Readonly<Record<SqlVersion, Dialect>> = {
  '2015-10-08': { version: '2015-10-08', has2016Features: false, wholeDecimalIsInt: false },
  '2016-03-23': { version: '2016-03-23', has2016Features: true, wholeDecimalIsInt: true },
  beta: { version: 'beta', has2016Features: true, wholeDecimalIsInt: true },
};

/** The facts of one version. */
export function dialectOf(version: SqlVersion): Dialect {
  return DIALECTS[version];
}
