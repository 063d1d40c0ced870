const FORM = 'a URL of the form postgresql://user:password@host:5432/database';

/** The characters that end or change a part of a URL, as a password has to hold them. */
const ENCODED = '"/" as %2F, "@" as %40, "#" as %23, "?" as %3F, ":" as %3A, "%" as %25';

const UNENCODED = `has a user or password with a character that has a meaning in URLs: write ${ENCODED}`;

/**
 * Says why a text cannot be the URL of a connection, without any part of it; `undefined` if it can. A
 * password with a "/" would otherwise end up half as a host and half as the name of a database.
 */
export function urlFault(text: string): string | undefined {
  const [, authority, rest] = /^postgres(?:ql)?:\/\/([^/?#]*)(.*)$/s.exec(text) ?? [];
  if (authority === undefined || rest === undefined) return `is not ${FORM}`;
  if (isCut(authority, rest)) return UNENCODED;
  if (!URL.canParse(text)) return `is not ${FORM}`;
  const { username, password, pathname } = new URL(text);
  return [username, password, pathname].every(isDecodable) ? undefined : UNENCODED;
}

/** Whether what ends the host came before the "@" that should have stood before the host. */
function isCut(authority: string, rest: string): boolean {
  const [path = ''] = rest.split(/[?#]/);
  const [firstParameter = ''] = rest.slice(path.length + 1).split(/[=&]/);
  return (
    rest.includes('#') || path.includes('@') || (authority !== '' && firstParameter.includes('@'))
  );
}

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
