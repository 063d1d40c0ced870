export { readSchema } from './read-schema';
export { compareSchemas } from './compare-schemas';
export type { Comparable } from './compare-schemas';
export { renderSchemaSql, parseSchemaSql } from './script-text';
export type { ScriptHeader } from './script-text';
export {
  readDatabaseFacts,
  parseDatabaseFacts,
  createDatabaseSql,
  databaseGrantsSql,
} from './database-facts';
export type { DatabaseFacts } from './database-facts';
export { missingRoles } from './missing-roles';
export { schemaObjectsOutsideThatDependOn } from './dependents';
export type { Dependent } from './dependents';
export { CARRIED_SCHEMAS } from './script';
export type { Halves, LeftOut, SchemaScript } from './script';
