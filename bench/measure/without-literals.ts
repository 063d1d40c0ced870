const LONGEST = 2_000;

/** More columns in a row than this say little. */
const COLUMNS = /((?:t\.)?"\w+"(?:::text)?, )(?:(?:t\.)?"\w+"(?:::text)?, ){3,}/g;

/**
 * A statement on one line without the values in it: they may be keys or secrets, and statements that differ only by
 * them, or by a random name of a database, are the same.
 */
export function withoutLiterals(statement: string): string {
  return (
    statement
      .replace(/\$(\w*)\$.*?\$\1\$/gs, "'…'")
      // PostgreSQL itself may have cut it inside of a value.
      .replace(/'(?:[^']|'')*(?:'|$)/g, "'…'")
      .replace(/(?<![\w$".])\d+(?:\.\d+)?(?![\w"])/g, '?')
      .replace(/_[0-9a-f]{12}(?![0-9a-z])/g, '_…')
      .replace(/'…'(?:, ?'…')+/g, "'…', …")
      .replace(/\s+/g, ' ')
      .trim()
  );
}

/** A statement with long lists of columns left out, and cut if it is still long. */
export function cutStatement(statement: string): string {
  const short = statement.replace(COLUMNS, '$1…, ');
  return short.length > LONGEST ? `${short.slice(0, LONGEST)} …` : short;
}
