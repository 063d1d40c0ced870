const NEEDED = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'TMPDIR', 'TZ', 'LANG', 'LANGUAGE'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
]);
const FAMILIES = /^(?:LC|XDG)_/;

/**
 * The variables of this process that a foreign program needs to run: paths, locale, proxies and
 * certificates. Everything else stays here, so that no database URL or password reaches a child.
 * `more` adds families of variables by their prefix.
 */
export function childEnvironment(more?: RegExp): NodeJS.ProcessEnv {
  const passed = Object.entries(process.env).filter(
    ([name]) =>
      NEEDED.has(name.toUpperCase()) || FAMILIES.test(name) || (more?.test(name) ?? false),
  );
  return Object.fromEntries(passed);
}
