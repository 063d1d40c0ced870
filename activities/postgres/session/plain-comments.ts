import type { Client } from 'pg';

const BEYOND_ASCII = /[^\0-\x7f]/gu;

/** A comment, or a literal or quoted name that may look like the begin of one. */
const PIECE =
  /(?<comment>--[^\n]*|\/\*[\s\S]*?\*\/)|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<tag>\$\w*\$)[\s\S]*?\k<tag>/g;

/**
 * A statement whose comments are in ASCII. A server whose databases have another encoding than UTF-8
 * refuses a statement for a dash in its comment that the encoding does not have.
 */
function withPlainComments(sql: string): string {
  if (sql.search(BEYOND_ASCII) < 0) return sql;
  return sql.replace(PIECE, (piece: string, comment: string | undefined) =>
    comment === undefined ? piece : comment.replace(BEYOND_ASCII, '?'),
  );
}

/** Has a session send all its statements so; for libraries, whose statements are not ours to write. */
export function sendPlainComments({ connection }: Client): void {
  const query = connection.query.bind(connection);
  const parse = connection.parse.bind(connection);
  connection.query = (text) => {
    query(withPlainComments(text));
  };
  connection.parse = (statement, more) => {
    parse({ ...statement, text: withPlainComments(statement.text) }, more);
  };
}
