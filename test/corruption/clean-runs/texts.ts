import fc, { type Arbitrary } from 'fast-check';

/** What COPY, CSV, JSON, arrays or a terminal would trip over. */
const ODD = [
  ...[
    '',
    ' ',
    '\\',
    '\\.',
    '\n\\.\n',
    '\\N',
    '\\x',
    '\\\\',
    '\t',
    '\n',
    '\r',
    '\r\n',
    '\v',
    '\b',
    '\f',
  ],
  ...['\u0001', '\u0002', '\u001f', '\u007f', '\u0080', '\u200b', '\u2028', '\ufeff', '\uffff'],
  ...[
    '"',
    "'",
    '""',
    "''",
    '`',
    '$1',
    '$$',
    '%',
    '{}',
    '{',
    '}',
    ',',
    ';',
    '--',
    '/*',
    'NULL',
    'null',
  ],
  ...[
    '/',
    '//',
    '../',
    'a/b/c',
    'caf\u00e9',
    'cafe\u0301',
    'ß',
    'İ',
    '日本',
    '🚀',
    '👩‍👩‍👧',
    '\u{10ffff}',
    'عربي',
  ],
] as const;

/** Text of any characters that PostgreSQL can hold: all but NUL. */
export const anyText: Arbitrary<string> = fc
  .array(fc.oneof(fc.constantFrom(...ODD), fc.string({ unit: 'binary', maxLength: 8 })), {
    maxLength: 6,
  })
  .map((parts) => parts.join('').replaceAll('\0', ''));

/** Now and then text of some hundred thousand characters, some of it hard to compress. */
export const hugeText: Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: anyText },
  {
    weight: 1,
    arbitrary: fc
      .tuple(anyText, fc.integer({ min: 1, max: 40_000 }))
      .map(([text, times]) => `${text.repeat(20)}${sequence(times)}`),
  },
);

/** Cuts text after a number of characters, never inside of one. */
export function cut(text: string, characters: number): string {
  return Array.from(text).slice(0, characters).join('');
}

function sequence(length: number): string {
  return Array.from({ length }, (_, n) => ((n * 2_654_435_761) % 4_294_967_296).toString(36)).join(
    '',
  );
}
