// Packages that are published as ES modules only, which jest's CommonJS runtime cannot load as they are:
// pg-delta, log-update with what it needs, and small ones.
const esModules = [
  '@supabase',
  'log-update',
  ...['ansi-escapes', 'ansi-regex', 'ansi-styles', 'cli-cursor', 'environment'],
  ...['get-east-asian-width', 'is-fullwidth-code-point', 'mimic-function', 'onetime'],
  ...['restore-cursor', 'slice-ansi', 'string-width', 'strip-ansi', 'wrap-ansi'],
  ...['get-port', 'p-map', 'parse-ms', 'pretty-bytes', 'pretty-ms'],
];

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/\\.dist-', '<rootDir>/\\.cache/'],
  transform: {
    '\\.ts$': ['@swc/jest', swcFor({ syntax: 'typescript' })],
    '\\.js$': ['@swc/jest', swcFor({ syntax: 'ecmascript' })],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esModules.join('|')})/)`],
  globalSetup: '<rootDir>/test/support/temporal/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/temporal/global-teardown.ts',
  reporters: ['<rootDir>/test/support/reporter/reporter.js'],
  // For two cores: a third file runs while others wait for timers, leases and heartbeats.
  maxWorkers: 3,
  testTimeout: 120_000,
};

function swcFor(parser) {
  return { jsc: { parser, target: 'es2022' }, module: { type: 'commonjs' }, sourceMaps: 'inline' };
}
