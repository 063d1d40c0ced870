import fc, { type Arbitrary } from 'fast-check';
import { anyText } from './texts';

const NUMBERS = [
  ...['0', '-0', '0.0', '1.0', '1.00', '1e-30', '1E5', '-1.5e+300', '1e400', '0.1', '100'],
  ...['9007199254740993', '12345678901234567890', '-98765432109876543210.0000000001'],
] as const;
const GAPS = ['', '', '', ' ', '\n', '\t', '\r\n ', '    '] as const;

const gap = fc.constantFrom(...GAPS);
const string = fc
  .tuple(anyText, fc.boolean())
  .map(([text, escaped]) => (escaped ? inAscii(JSON.stringify(text)) : JSON.stringify(text)));
const scalar = fc.oneof(fc.constantFrom('null', 'true', 'false', ...NUMBERS), string);

/** The text of a JSON value: any nesting, any white space, keys that repeat, numbers no double can hold. */
export const jsonText: Arbitrary<string> = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, scalar, listOf(tie('value')), tie('object')),
  object: objectOf(tie('value')),
})).value;

/** The same for columns of type `json`, which keep escapes that no text can hold. */
export const looseJsonText: Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: jsonText },
  {
    weight: 1,
    arbitrary: fc.constantFrom('{"nul": "\\u0000"}', '["\\ud800"]', '"\\udfff\\u0000"'),
  },
);

function listOf(value: Arbitrary<string>): Arbitrary<string> {
  return fc
    .tuple(gap, fc.array(fc.tuple(value, gap), { maxLength: 4 }))
    .map(([before, items]) => `[${before}${items.map((item) => item.join('')).join(',')}]`);
}

function objectOf(value: Arbitrary<string>): Arbitrary<string> {
  const key = fc.oneof(fc.constantFrom('"a"', '"a"', '""', '"A"'), string);
  const member = fc
    .tuple(gap, key, gap, value)
    .map(([one, name, two, is]) => `${one}${name}:${two}${is}`);
  return fc
    .tuple(fc.array(member, { maxLength: 4 }), gap)
    .map(([members, end]) => `{${members.join(',')}${end}}`);
}

/** The same JSON string with every character beyond ASCII as an escape. */
function inAscii(text: string): string {
  return text.replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
