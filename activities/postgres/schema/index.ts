export { readSchema } from './read-schema';
export { cachedDifferences, cachedSchema } from './recall-schema';
export { compareSchemas } from './compare-schemas';
export { catalogDigest } from './catalog-digest';
export { renderSchemaSql, parseSchemaSql } from './script-text';
export {
  readDatabaseFacts,
  parseDatabaseFacts,
  closedFacts,
  connectGrantsSql,
  createDatabaseSql,
  databaseGrantsSql,
} from './database-facts';
export type { DatabaseFacts, DatabaseSetting } from './database-facts';
export { readServiceFacts, SERVICE_ROLES } from './service-facts';
export type { RoleFacts, ServiceFacts } from './service-facts';
export { compareDatabaseFacts } from './compare-database-facts';
export {
  carriedFacts,
  currentSettingSql,
  freezes,
  grantSettingSql,
  isCustom,
  listedIn,
  resetSettingSql,
  settingSql,
  shownSettingSql,
} from './database-settings';
export { missingRoles, createRolesSql } from './missing-roles';
export { misplacedExtensions, missingExtensions, type MisplacedExtension } from './extensions';
export { quotedNames, schemaObjectsOutsideThatDependOn } from './dependents';
export { nameOfTable } from './object-name';
export type { Extension, SchemaProblem, SchemaScript } from './script';
export { rolesOfScript, withoutUnreached } from './script-roles';
export type { ScriptParts } from './script';
export type { ScriptRoles } from './script-roles';
export { settlingStatement } from './settling-statement';
export { settlePrivileges } from './settle-privileges';
export { privilegesInSnapshot } from './snapshot-privileges';
