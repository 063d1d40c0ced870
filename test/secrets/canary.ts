import { randomBytes } from 'node:crypto';

const AROUND = 60;
/** Shorter ones hold nothing that could be found. */
const BASE64 = /[A-Za-z0-9+/_-]{16,}={0,2}/g;
const NESTED = 3;

/** A word that stands nowhere but where a test puts it: lower-case letters and digits. */
export function newCanary(): string {
  return `canary${randomBytes(8).toString('hex')}`;
}

/**
 * Where the canary stands in a text or in bytes, each place with what is around it: in clear, in hex,
 * in base64 at any offset, and inside base64 that is inside base64.
 */
export function tracesOf(canary: string, material: string | Buffer): readonly string[] {
  const text = typeof material === 'string' ? material : material.toString('latin1');
  return [...new Set([text, ...decoded(text, NESTED)].flatMap((each) => tracesIn(canary, each)))];
}

function tracesIn(canary: string, text: string): readonly string[] {
  const lower = text.toLowerCase();
  return formsOf(canary).flatMap(({ form, isExact }) => {
    const at = isExact ? text.indexOf(form) : lower.indexOf(form);
    return at === -1 ? [] : [text.slice(Math.max(0, at - AROUND), at + form.length + AROUND)];
  });
}

interface Form {
  readonly form: string;
  readonly isExact: boolean;
}

/** Of base64 the characters that do not depend on what stands before and after. */
function formsOf(canary: string): readonly Form[] {
  const base64 = [0, 1, 2].map((offset) => {
    const whole = Buffer.from(`${'x'.repeat(offset)}${canary}`).toString('base64');
    return whole.replace(/=+$/, '').slice(offset === 0 ? 0 : offset + 1, -2);
  });
  return [
    { form: canary, isExact: false },
    { form: Buffer.from(canary).toString('hex'), isExact: false },
    ...base64.map((form) => ({ form, isExact: true })),
  ];
}

function decoded(text: string, depth: number): readonly string[] {
  if (depth === 0) return [];
  const found = [...text.matchAll(BASE64)].map(([token]) =>
    Buffer.from(token, 'base64').toString('latin1'),
  );
  return found.flatMap((each) => [each, ...decoded(each, depth - 1)]);
}
