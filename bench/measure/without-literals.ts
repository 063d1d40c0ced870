const LONGEST = 600;

/**
 * A statement on one line without the values in it: they may be keys or secrets, and statements that differ only by
 * them, or by a random name of a database, are the same. A long one is cut.
 */
export function withoutLiterals(statement: string): string {
  const plain = statement
    .replace(/\$(\w*)\$.*?\$\1\$/gs, "'…'")
    // PostgreSQL itself may have cut it inside of a value.
    .replace(/'(?:[^']|'')*(?:'|$)/g, "'…'")
    .replace(/(?<![\w$".])\d+(?:\.\d+)?(?![\w"])/g, '?')
    .replace(/_[0-9a-f]{12}(?![0-9a-z])/g, '_…')
    .replace(/'…'(?:, ?'…')+/g, "'…', …")
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST)} …` : plain;
}
