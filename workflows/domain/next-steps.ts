/**
 * What is left to do by hand after a migration, so that a service can start on the new database, and why:
 * a statement for a superuser of the target's server, or an action somewhere else.
 */
export type NextStep =
  | { readonly statement: string; readonly reason: string }
  | { readonly action: string; readonly reason: string };

/** What a step asks for, in one line: a statement ends with its semicolon. */
export function wordsOfStep(step: NextStep): string {
  return 'statement' in step ? `${step.statement};` : step.action;
}

/** What no migration of a database can move: it is not in the database. */
export const CHECKLIST: readonly NextStep[] = [
  {
    action:
      'Copy the files themselves to the file store of the new Storage. If the new Storage is to use the files of the old one instead, stop the old Storage first and never start it again.',
    reason:
      'Only the rows about files move. If two Storages use the same files, the first upload that replaces a file in the new Storage deletes the file of the old one. The path of a file begins with the tenant id and ends with the version.',
  },
  {
    action: 'Give the new services the JWT secret and the signing keys of the old ones.',
    reason:
      'With other keys every session and every API key is void, and users must sign in again.',
  },
  {
    action:
      'Enter the settings of Auth again: providers, SMTP, templates, hooks, allowed redirect URLs.',
    reason: 'They are not in the database.',
  },
  {
    action:
      'Enter the new redirect URI at Google, GitHub and every other provider, and the new ACS URL for SAML.',
    reason: 'A provider sends users only to addresses that it knows.',
  },
  {
    action: 'Keep the domain that users sign in at, or ask users with passkeys to add new ones.',
    reason: 'A passkey works for one domain only.',
  },
];
