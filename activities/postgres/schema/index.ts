export { readSchema } from './read-schema';
export { compareSchemas } from './compare-schemas';
export { renderSchemaSql, parseSchemaSql } from './script-text';
export {
  readDatabaseFacts,
  parseDatabaseFacts,
  createDatabaseSql,
  databaseGrantsSql,
} from './database-facts';
export type { DatabaseFacts } from './database-facts';
export { missingRoles } from './missing-roles';
export { schemaObjectsOutsideThatDependOn } from './dependents';
export type { SchemaScript } from './script';
