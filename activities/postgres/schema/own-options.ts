import type { Fact } from '@supabase/pg-delta';
import { closing, isKeyword, tokensOf } from './view-text';
import type { Token } from './view-text';

/** What options hang on, in the catalog of relations and of columns. */
export type OptionKind = 'table' | 'view' | 'index' | 'column';

/**
 * Every option that `ALTER … SET` takes in PostgreSQL 14 to 18, by what it is an option of. The server
 * refuses any other, or takes it and keeps its own: what stands in the catalog besides these is an internal fact of
 * PostgreSQL (such as `pg_attver` on columns since 15.20) and neither carried nor compared.
 */
const SETTABLE: Readonly<Record<OptionKind, ReadonlySet<string>>> = {
  column: new Set(['n_distinct', 'n_distinct_inherited']),
  view: new Set(['check_option', 'security_barrier', 'security_invoker']),
  index: new Set([
    ...['fillfactor', 'deduplicate_items', 'buffering', 'fastupdate', 'gin_pending_list_limit'],
    ...['pages_per_range', 'autosummarize'],
  ]),
  table: new Set([
    ...['fillfactor', 'parallel_workers', 'toast_tuple_target', 'user_catalog_table'],
    ...['vacuum_index_cleanup', 'vacuum_truncate', 'vacuum_max_eager_freeze_failure_rate'],
    ...['autovacuum_enabled', 'autovacuum_analyze_scale_factor', 'autovacuum_analyze_threshold'],
    ...['autovacuum_vacuum_cost_delay', 'autovacuum_vacuum_cost_limit'],
    ...['autovacuum_vacuum_insert_scale_factor', 'autovacuum_vacuum_insert_threshold'],
    ...['autovacuum_vacuum_max_threshold', 'autovacuum_vacuum_scale_factor'],
    ...['autovacuum_vacuum_threshold', 'log_autovacuum_min_duration'],
    ...['autovacuum_freeze_max_age', 'autovacuum_freeze_min_age', 'autovacuum_freeze_table_age'],
    ...['autovacuum_multixact_freeze_max_age', 'autovacuum_multixact_freeze_min_age'],
    'autovacuum_multixact_freeze_table_age',
  ]),
};

/** Access methods whose options are known; those of an extension's method are all taken to be set by people. */
const METHODS: ReadonlySet<string> = new Set(['btree', 'hash', 'gist', 'spgist', 'gin', 'brin']);

/** Internal facts of PostgreSQL that are known to be such; others are named in the plan. */
const INTERNAL: ReadonlySet<string> = new Set(['pg_attver']);

/** Tells whether people can set an option, given as `name=value`; of an index, with its access method. */
export function isSettable(kind: OptionKind, option: string, method = 'btree'): boolean {
  if (kind === 'index' && !METHODS.has(method)) return true;
  return SETTABLE[kind].has(nameIn(option));
}

/** Tells whether an option that no one can set is one of those that PostgreSQL is known to keep. */
export function isKnownInternal(option: string): boolean {
  return INTERNAL.has(nameIn(option));
}

/** The fact without the options that PostgreSQL keeps for itself. */
export function withoutOwnOptions(fact: Fact): Fact {
  const { reloptions, def } = fact.payload;
  const kind = KIND_OF_FACT[fact.id.kind];
  if (kind === 'index' && typeof def === 'string') {
    return { ...fact, payload: { ...fact.payload, def: settableIndex(def) } };
  }
  if (kind === undefined || !Array.isArray(reloptions)) return fact;
  const kept = reloptions.filter(
    (option) => typeof option === 'string' && isSettable(kind, option),
  );
  return { ...fact, payload: { ...fact.payload, reloptions: kept.length > 0 ? kept : null } };
}

const KIND_OF_FACT: Readonly<Record<string, OptionKind>> = {
  table: 'table',
  view: 'view',
  materializedView: 'table',
  index: 'index',
};

type ObjectAttributes = Readonly<Record<string, string>>;

/** An object's attributes in a snapshot without the options that PostgreSQL keeps for itself; an earlier moveout may have recorded them. */
export function withoutOwnAttributes(name: string, attributes: ObjectAttributes): ObjectAttributes {
  const { options, reloptions, def } = attributes;
  if (name.startsWith('column ') && options !== undefined) {
    const kept = options.split(', ').filter((option) => isSettable('column', option));
    return changed(attributes, 'options', kept.join(', '));
  }
  if (name.startsWith('index ') && def !== undefined) {
    return changed(attributes, 'def', settableIndex(def));
  }
  const kind = KIND_OF_NAME.find(([start]) => name.startsWith(start))?.[1];
  if (kind === undefined || reloptions === undefined) return attributes;
  const all: unknown = JSON.parse(reloptions);
  const kept = Array.isArray(all) ? all.filter((option) => isSettable(kind, String(option))) : [];
  return changed(attributes, 'reloptions', kept.length > 0 ? JSON.stringify(kept) : '');
}

const KIND_OF_NAME: readonly (readonly [string, OptionKind])[] = [
  ['table ', 'table'],
  ['view ', 'view'],
  ['materialized view ', 'table'],
];

/** The attributes with another text for one of them, or without it if the text is empty. */
function changed(attributes: ObjectAttributes, key: string, text: string): ObjectAttributes {
  const rest = Object.entries(attributes).filter(([name]) => name !== key);
  return Object.fromEntries(text === '' ? rest : [...rest, [key, text]]);
}

/** An index's definition, as PostgreSQL prints it, without options in WITH that no one can set. */
function settableIndex(definition: string): string {
  const tokens = tokensOf(definition);
  const start = withClause(tokens);
  if (start === undefined) return definition;
  const using = tokens.findIndex((token) => isKeyword(token, 'USING'));
  const method = tokens[using + 2]?.text;
  const open = start + 2;
  const end = closing(tokens, open);
  const options = textOf(tokens.slice(open + 1, end)).split(', ');
  const kept = options.filter((option) => isSettable('index', option, method));
  if (kept.length === options.length) return definition;
  const clause = kept.length > 0 ? `WITH (${kept.join(', ')})` : '';
  const [before, after] = [textOf(tokens.slice(0, start)), textOf(tokens.slice(end + 1))];
  return clause === '' ? `${before.trimEnd()}${after}` : `${before}${clause}${after}`;
}

/** Where WITH stands that is in no brackets: options follow it, after what the index is on and before WHERE. */
function withClause(tokens: readonly Token[]): number | undefined {
  for (let at = 0; at < tokens.length; at += 1) {
    if (tokens[at]?.text === '(') at = closing(tokens, at);
    if (isKeyword(tokens[at], 'WHERE')) return undefined;
    if (isKeyword(tokens[at], 'WITH') && tokens[at + 2]?.text === '(') return at;
  }
  return undefined;
}

function textOf(tokens: readonly Token[]): string {
  return tokens.map(({ text }) => text).join('');
}

function nameIn(option: string): string {
  return option.slice(0, option.indexOf('=')).replaceAll('"', '');
}
