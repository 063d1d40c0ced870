export { databaseFailure, naming } from './database-failure';
