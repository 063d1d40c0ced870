export { readSchema } from './read-schema';
export { cachedDifferences, cachedSchema } from './read-schema';
export { compareSchemas } from './compare';
export { catalogDigest } from './compare';
export { parseStatements, renderSchemaSql, renderStatements } from './script-file';
export {
  readDatabaseFacts,
  parseDatabaseFacts,
  carriedFacts,
  closedFacts,
  connectGrantsSql,
  createDatabaseSql,
  databaseGrantsSql,
} from './database';
export type { DatabaseFacts, DatabaseSetting } from './database';
export { readServiceFacts, SERVICE_ROLES } from './service-facts';
export type { RoleFacts, ServiceFacts } from './service-facts';
export { compareDatabaseFacts } from './compare-database';
export {
  currentSettingSql,
  freezes,
  grantSettingSql,
  isCustom,
  listedIn,
  resetSettingSql,
  settingSql,
  shownSettingSql,
} from './database-settings';
export { missingRoles, createRolesSql } from '../catalog/missing-roles';
export { misplacedExtensions, missingExtensions, type MisplacedExtension } from './extensions';
export { quotedNames, schemaObjectsOutsideThatDependOn } from './dependents';
export { nameOfTable } from './object-name';
export { parseSnapshot } from './snapshot';
export type { Extension, SchemaProblem, SchemaScript } from './script';
export { rolesOfScript, withoutUnreached } from './script-roles';
export type { Build, ScriptParts } from './script';
export type { ScriptRoles } from './script-roles';
export { removalStatement } from './object-name';
export { privilegeStatements } from './privilege-statements';
export { privilegesInSnapshot } from './snapshot-privileges';
