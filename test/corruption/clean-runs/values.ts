import fc, { type Arbitrary } from 'fast-check';
import type { Column } from './columns';
import { jsonText, looseJsonText } from './json-texts';
import { anyText, cut, hugeText } from './texts';

/** The end of what a timestamp can hold, and what lies beyond every end. */
const MOMENTS = [
  ...['infinity', '-infinity', '4714-11-24 00:00:00+00 BC', '294276-12-31 23:59:59.999999+00'],
  ...['0001-12-31 23:59:59.999999+00 BC', '0001-01-01 00:00:00+00', '1970-01-01 00:00:00+00'],
] as const;
const ADDRESSES = [
  ...['0.0.0.0', '0.0.0.0/0', '10.1.2.3/8', '10.0.0.0/8', '255.255.255.255', '192.0.2.0/24'],
  ...['::', '::/0', '::1', '2001:db8::/32', '2001:db8::ff/127', '::ffff:1.2.3.4', 'fe80::1/64'],
] as const;
const EVERY_BYTE = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A moment of any year, to the microsecond. */
const moment = fc
  .record({
    year: fc.oneof(fc.integer({ min: 1, max: 294_275 }), fc.integer({ min: 1900, max: 2100 })),
    month: fc.integer({ min: 1, max: 12 }),
    day: fc.integer({ min: 1, max: 28 }),
    micros: fc.integer({ min: 0, max: 86_399_999_999 }),
    before: fc.boolean(),
  })
  .map(({ year, month, day, micros, before }) => {
    const era = before && year < 4714 ? ' BC' : '';
    const pad = (value: number, digits: number): string => String(value).padStart(digits, '0');
    const seconds = Math.floor(micros / 1_000_000);
    const time = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map((n) =>
      pad(Math.floor(n), 2),
    );
    return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)} ${time.join(':')}.${pad(micros % 1_000_000, 6)}+00${era}`;
  });

const bytes = fc.oneof(
  fc.constant(EVERY_BYTE.join('')),
  fc.uint8Array({ maxLength: 64 }).map((all) => Buffer.from(all).toString('hex')),
);

/** Empty, flat, with another lower bound, or of two dimensions; elements may be NULL. */
const textArray = fc.array(fc.option(anyText), { maxLength: 5 }).chain((items) => {
  if (items.length === 0) return fc.constant('{}');
  const flat = `{${items.map(element).join(',')}}`;
  const empty = `{${items.map(() => 'NULL').join(',')}}`;
  return fc.constantFrom(flat, flat, `[-3:${items.length - 4}]=${flat}`, `{${flat},${empty}}`);
});

const whole = (bits: bigint): Arbitrary<string> => {
  const most = 2n ** (bits - 1n);
  const ends = fc.constantFrom(most - 1n, -most, 0n, -1n);
  return fc.oneof(ends, fc.bigInt({ min: -most, max: most - 1n })).map(String);
};

const BY_TYPE: Readonly<Record<string, Arbitrary<string>>> = {
  uuid: fc.uuid(),
  text: anyText,
  boolean: fc.constantFrom('true', 'false'),
  smallint: whole(16n),
  integer: whole(32n),
  bigint: whole(64n),
  'timestamp with time zone': fc.oneof(fc.constantFrom(...MOMENTS), moment),
  'timestamp without time zone': fc.oneof(fc.constantFrom(...MOMENTS), moment),
  inet: fc.oneof(fc.constantFrom(...ADDRESSES), fc.ipV4(), fc.ipV6()),
  bytea: bytes.map((hex) => `\\x${hex}`),
  json: looseJsonText,
  jsonb: jsonText,
  'text[]': textArray,
};

/** Columns without an index, in which people keep big things. */
const HUGE: readonly string[] = [
  'auth.instances.raw_base_config',
  'auth.flow_state.provider_access_token',
  'auth.oauth_client_states.code_verifier',
  'auth.saml_providers.metadata_xml',
  'auth.sessions.user_agent',
  'storage.s3_multipart_uploads.upload_signature',
];

/** Every value that a column's type can hold, as PostgreSQL reads it; NULL where that is allowed. */
export function valueOf(column: Column): Arbitrary<string | null> {
  const value = ofType(column);
  return column.notNull ? value : fc.option(value, { freq: 4 });
}

function ofType({ table, type, labels, name }: Column): Arbitrary<string> {
  if (labels.length > 0) return fc.constantFrom(...labels);
  if (HUGE.includes(`${table}.${name}`)) return hugeText;
  const length = /^character varying\((\d+)\)$/.exec(type)?.[1];
  if (length !== undefined) return anyText.map((text) => cut(text, Number(length)));
  const known = BY_TYPE[type];
  if (known === undefined)
    throw new Error(`no value is known for ${table}.${name} of type ${type}`);
  return known;
}

function element(text: string | null): string {
  return text === null ? 'NULL' : `"${text.replace(/["\\]/g, '\\$&')}"`;
}
