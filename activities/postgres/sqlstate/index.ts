export { databaseFailure, naming, sqlstateOf } from './database-failure';
