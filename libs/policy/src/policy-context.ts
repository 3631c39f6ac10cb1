/**
 * What is known of a connection or request when a policy is evaluated. Every member that is absent leaves its keys
 * without a value. `connectAttributes` and `lastWillTopic` belong to the decision about a CONNECT only: bind the
 * policies to another context for what follows.
 */
export interface PolicyContext {
  /** MQTT connections only; an HTTP request has none. */
  readonly clientId?: string;
  /** IPv4 or IPv6 address of the client, without a port. */
  readonly sourceIp?: string;
  /** The host name the client asked for in the TLS handshake. */
  readonly domainName?: string;
  /** The thing of this connection: attached to the principal and named like the client id. */
  readonly thing?: ThingContext;
  /** Whether the client id names a thing that is attached to this principal. */
  readonly isAttached?: boolean;
  /** The certificate that authenticated the client. */
  readonly certificate?: CertificateContext;
  /** The features of this CONNECT: `PersistentConnect`, `LastWill`. An empty list says that it has none. */
  readonly connectAttributes?: readonly string[];
  /** The ARN `arn:aws:iot:<region>:<account>:topic/<will topic>`; absent without a will. */
  readonly lastWillTopic?: string;
}

/** The thing a connection belongs to. */
export interface ThingContext {
  readonly thingName: string;
  readonly thingTypeName?: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** The certificate a connection was authenticated with. */
export interface CertificateContext {
  /** SHA-256 of the certificate, 64 hexadecimal digits. */
  readonly certificateId: string;
  readonly serialNumber?: string;
  /**
   * Values by the name of the field: `CommonName`, `OrganizationalUnit`, `AlternativeName.DNSName` and so on, in the
   * order of the certificate. Values are raw; the evaluator escapes them.
   */
  readonly subject?: Readonly<Record<string, readonly string[]>>;
  /** As `subject`, of the issuer. */
  readonly issuer?: Readonly<Record<string, readonly string[]>>;
}
