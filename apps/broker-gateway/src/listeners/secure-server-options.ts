import { constants } from 'node:crypto';
import type { TlsOptions } from 'node:tls';
import type { CertificateAndKey } from './certificate-and-key.js';
import { TICKET_PERIOD_MS } from './ticket-keys.js';

const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Tickets of one listener are good at the others too: they ask the same certificates of their clients. */
const SESSION_ID_CONTEXT = 'thingcore-devices';

/**
 * All of TLS 1.3, and of TLS 1.2 what agrees on its keys by ECDHE: who learns the key of the server later reads nothing of
 * before. CBC is among them for small devices, last. AWS IoT Core takes the key exchange of RSA too; it is left out here.
 */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE+AESGCM',
  'ECDHE+CHACHA20',
  'ECDHE+AES',
  '!aNULL',
  '!PSK',
  '!SRP',
  '!AESCCM',
].join(':');

/**
 * How every listener for devices speaks TLS: 1.2 and 1.3, with the certificate of the client, which the registry judges
 * afterwards, and with sessions that are resumed. No authority is named to clients, so that they show whichever
 * certificate they have.
 */
export function secureServerOptions({ cert, key }: CertificateAndKey, ticketKeys: Buffer): TlsOptions {
  return {
    cert,
    key,
    ca: [],
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: CIPHERS,
    honorCipherOrder: true,
    // A client of TLS 1.2 could ask for handshake after handshake, each of which costs the server more than the client.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
    requestCert: true,
    rejectUnauthorized: false,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    // Of its own: node:tls would take it from the command line, which differs from node to node.
    sessionIdContext: SESSION_ID_CONTEXT,
    sessionTimeout: TICKET_PERIOD_MS / 1000,
    ticketKeys,
  };
}
