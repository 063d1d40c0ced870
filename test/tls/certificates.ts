import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { context, bitString, der, integer, objectId, octets, sequence, TRUE, utcTime } from './der';

const COMMON_NAME = '2.5.4.3';
const BASIC_CONSTRAINTS = '2.5.29.19';
const ALTERNATIVE_NAMES = '2.5.29.17';
const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'));

const HOUR = 3_600_000;

/** A certificate and its private key, both as PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** An authority of the test's own. */
export interface Authority {
  /** Its own certificate, as PEM: what a client has to trust. */
  readonly cert: string;
  /** Issues a certificate for a name, valid for the hosts given (names or IPv4), from an hour ago on. */
  issue(name: string, hosts?: readonly string[]): Identity;
}

let serial = 0;

/** Makes an authority whose certificates are valid for a day (X.509 v3, RFC 5280, ECDSA over P-256). */
export function createAuthority(name: string): Authority {
  const own = keys();
  const signed = (subject: string, publicKey: KeyObject, extensions: readonly Buffer[]): string =>
    certificate({ subject, publicKey, issuer: name, issuerKey: own.privateKey, extensions });
  return {
    cert: signed(name, own.publicKey, [extension(BASIC_CONSTRAINTS, sequence(TRUE))]),
    issue: (subject, hosts = []) => {
      const { publicKey, privateKey } = keys();
      const names = hosts.length === 0 ? [] : [extension(ALTERNATIVE_NAMES, hostNames(hosts))];
      const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
      return { cert: signed(subject, publicKey, names), key };
    },
  };
}

interface Content {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly issuer: string;
  readonly issuerKey: KeyObject;
  readonly extensions: readonly Buffer[];
}

function certificate({ subject, publicKey, issuer, issuerKey, extensions }: Content): string {
  serial += 1;
  const content = sequence(
    context(0, integer(2)),
    integer(serial),
    ECDSA_WITH_SHA256,
    commonName(issuer),
    sequence(utcTime(Date.now() - HOUR), utcTime(Date.now() + 24 * HOUR)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [context(3, sequence(...extensions))]),
  );
  const whole = sequence(content, ECDSA_WITH_SHA256, bitString(sign('sha256', content, issuerKey)));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function keys() {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function commonName(name: string): Buffer {
  const utf8 = der(0x0c, Buffer.from(name, 'utf8'));
  return sequence(der(0x31, sequence(objectId(COMMON_NAME), utf8)));
}

function hostNames(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) =>
    isIPv4(host)
      ? der(0x87, Buffer.from(host.split('.').map(Number)))
      : der(0x82, Buffer.from(host)),
  );
  return sequence(...names);
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(objectId(id), octets(value));
}
