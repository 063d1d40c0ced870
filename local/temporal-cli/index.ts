export { startDevServer } from './dev-server';
export type { DevServer } from './dev-server';
export { findTemporalCli } from './find-temporal-cli';
export { packageRoot } from './package-root';
