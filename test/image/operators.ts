import type { Prepared } from './targets';

/** Somebody who moves projects out of a database made by the image. */
export interface Operator {
  readonly name: string;
  /** The statements that make the role and give it what it has, for a superuser in the source. */
  readonly made: readonly string[];
  /** What it moves a project into; a database that is there belongs to a superuser, or to the role. */
  readonly into: Prepared;
  readonly ownsTarget?: boolean;
}

const SERVICES = 'supabase_auth_admin, supabase_storage_admin, anon, authenticated, service_role';

function role(
  name: string,
  { options = '', into, ...more }: Partial<Operator> & { into: Prepared; options?: string },
  given: readonly string[] = [],
): Operator {
  const login = `CREATE ROLE ${name} LOGIN ${options} PASSWORD '${name}'`;
  return { name, into, ...more, made: [login, ...given] };
}

function reads(name: string): readonly string[] {
  return [
    `GRANT USAGE ON SCHEMA auth, storage, public TO ${name}`,
    `GRANT SELECT ON ALL TABLES IN SCHEMA auth, storage, public TO ${name}`,
    `GRANT SELECT ON ALL SEQUENCES IN SCHEMA auth, storage TO ${name}`,
  ];
}

/** Roles of different rights, none of them a superuser; what one is given no other has. */
export const OPERATORS: readonly Operator[] = [
  role('member', { into: 'new', options: 'CREATEDB BYPASSRLS' }, [
    `GRANT ${SERVICES} TO member`,
    ...reads('member'),
  ]),
  role('does_not_inherit', { into: 'new', options: 'CREATEDB BYPASSRLS NOINHERIT' }, [
    `GRANT ${SERVICES} TO does_not_inherit`,
    ...reads('does_not_inherit'),
  ]),
  role('creator', { into: 'new', options: 'CREATEDB' }),
  role('nobody', { into: 'new', options: 'NOINHERIT' }),
  role('works_as_authenticated', { into: 'new', options: 'CREATEDB' }, [
    'GRANT authenticated TO works_as_authenticated',
    'ALTER ROLE works_as_authenticated SET role = authenticated',
  ]),
  role('reader', { into: 'empty' }, reads('reader')),
  role('reader_past_policies', { into: 'empty', options: 'BYPASSRLS' }, [
    ...reads('reader_past_policies'),
  ]),
  role('reader_of_all', { into: 'empty' }, ['GRANT pg_read_all_data TO reader_of_all']),
  role('owner_of_target', { into: 'empty', ownsTarget: true }),
  role('loader', { into: 'equal' }),
  role('loader_member', { into: 'equal', options: 'NOINHERIT' }, [
    `GRANT ${SERVICES} TO loader_member`,
  ]),
  role('loader_and_owner', { into: 'equal', ownsTarget: true }),
];
