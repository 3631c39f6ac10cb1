import { isIP } from 'node:net';
import * as zlib from 'node:zlib';
import { IotError } from '#thingcore/errors';
import type { TextCheck } from '../actions/action-text.js';
import { oneOf } from '../actions/action-text.js';

/** How a record is acknowledged, as the protocol counts it: by nobody, by the leader, by all. */
export type Acknowledgement = 0 | 1 | -1;

/** How records are packed. */
export type Compression = 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** What a connection to a cluster is made from. */
export interface KafkaConnection {
  readonly brokers: readonly { readonly host: string; readonly port: number }[];
  readonly acks: Acknowledgement;
  readonly compression: Compression;
  /** Undefined for a connection without TLS. */
  readonly tls: KafkaTls | undefined;
  readonly sasl: KafkaSasl | undefined;
}

/** Whom the connection trusts, and what it proves. */
export interface KafkaTls {
  readonly ca?: string;
  readonly pfx?: Buffer;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
}

/** How the connection says who it is. */
export interface KafkaSasl {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-512';
  readonly username: string;
  readonly password: string;
}

const MAX_STORE_BYTES = 65_000;
const JKS_MAGIC = 0xfeedfeed;

const anything: TextCheck = () => undefined;
const serializer: TextCheck = (text) =>
  /(^|\.)(StringSerializer|ByteBufferSerializer)$/.test(text)
    ? undefined
    : `must be a StringSerializer or a ByteBufferSerializer, not "${text}"`;

/**
 * AWS: "Apache Kafka", the properties of `clientProperties`, each with what is wrong with a value. Those of Kerberos are
 * refused by name: it takes a native library.
 */
export const KAFKA_PROPERTIES: ReadonlyMap<string, TextCheck> = new Map<string, TextCheck>([
  ['bootstrap.servers', checkServers],
  ['acks', oneOf('0', '1', 'all', '-1')],
  ['compression.type', checkCompression],
  ['security.protocol', oneOf('SSL', 'SASL_SSL', 'PLAINTEXT', 'SASL_PLAINTEXT')],
  ['key.serializer', serializer],
  ['value.serializer', serializer],
  ['ssl.truststore', (text) => storeProblem(text, true)],
  ['ssl.truststore.password', anything],
  ['ssl.keystore', (text) => storeProblem(text, false)],
  ['ssl.keystore.password', anything],
  ['ssl.key.password', anything],
  ['sasl.mechanism', checkMechanism],
  ['sasl.plain.username', anything],
  ['sasl.plain.password', anything],
  ['sasl.scram.username', anything],
  ['sasl.scram.password', anything],
]);

/** The connection that properties describe, whose values were checked. Errors: `InvalidRequest` for one that is missing. */
export function toKafkaConnection(properties: Readonly<Record<string, string>>): KafkaConnection {
  const protocol = properties['security.protocol'] ?? 'SSL';
  const acks = properties['acks'] ?? '1';
  return {
    brokers: needed(properties, 'bootstrap.servers')
      .split(',')
      .map((server) => {
        const [, host = '', port] = SERVER.exec(server.trim()) ?? [];
        return { host, port: Number(port) };
      }),
    acks: acks === 'all' ? -1 : (Number(acks) as Acknowledgement),
    compression: (properties['compression.type'] ?? 'none') as Compression,
    tls: protocol.endsWith('SSL') ? toTls(properties) : undefined,
    sasl: protocol.startsWith('SASL') ? toSasl(properties) : undefined,
  };
}

const SERVER = /^([A-Za-z0-9._-]+):(\d{1,5})$/;

function checkServers(text: string): string | undefined {
  const wrong = text.split(',').find((server) => !SERVER.test(server.trim()) || isIP(server) === 6);
  return wrong === undefined ? undefined : `must look like host1:9092,host2:9092; "${wrong.trim()}" does not`;
}

function checkCompression(text: string): string | undefined {
  if (text === 'zstd' && !('zstdCompressSync' in zlib)) return 'zstd needs Node 22.15 or newer; use lz4 or gzip';
  return oneOf('none', 'gzip', 'snappy', 'lz4', 'zstd')(text);
}

function checkMechanism(text: string): string | undefined {
  if (text === 'GSSAPI') return 'GSSAPI (Kerberos) is not supported; use SCRAM-SHA-512, PLAIN or client certificates';
  return oneOf('PLAIN', 'SCRAM-SHA-512')(text);
}

function toTls(properties: Readonly<Record<string, string>>): KafkaTls {
  const { 'ssl.truststore': truststore, 'ssl.keystore': keystore } = properties;
  const ca = truststore === undefined ? {} : { ca: pemOf(truststore) };
  if (keystore === undefined) return ca;
  const passphrase = properties['ssl.key.password'] ?? properties['ssl.keystore.password'];
  const secret = passphrase === undefined ? {} : { passphrase };
  if (isPem(keystore)) return { ...ca, cert: pemOf(keystore), key: pemOf(keystore), ...secret };
  return { ...ca, pfx: Buffer.from(keystore, 'base64'), ...secret };
}

function toSasl(properties: Readonly<Record<string, string>>): KafkaSasl {
  const mechanism = needed(properties, 'sasl.mechanism') as KafkaSasl['mechanism'];
  const family = mechanism === 'PLAIN' ? 'plain' : 'scram';
  return {
    mechanism,
    username: needed(properties, `sasl.${family}.username`),
    password: needed(properties, `sasl.${family}.password`),
  };
}

function needed(properties: Readonly<Record<string, string>>, name: string): string {
  const value = properties[name];
  if (value !== undefined) return value;
  throw new IotError('InvalidRequest', `clientProperties needs ${name}`);
}

/** A store is PEM, PKCS #12 or JKS in base64, or PEM as it is. It is a secret, so nothing of it is said. */
function storeProblem(text: string, isTruststore: boolean): string | undefined {
  if (Buffer.byteLength(text) > MAX_STORE_BYTES) return `must have at most ${MAX_STORE_BYTES} bytes`;
  if (isPem(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length < 4) return 'must be a store in base64';
  if (bytes.readUInt32BE() === JKS_MAGIC) return 'is a Java key store (JKS); convert it to PEM or PKCS #12';
  return isTruststore ? 'must be PEM, as it is or in base64' : undefined;
}

function isPem(text: string): boolean {
  return pemOf(text).includes('-----BEGIN ');
}

function pemOf(text: string): string {
  return text.includes('-----BEGIN ') ? text : Buffer.from(text, 'base64').toString('latin1');
}
