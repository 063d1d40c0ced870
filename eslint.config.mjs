import { builtinModules } from 'node:module';
import { defineConfig, globalIgnores } from 'eslint/config';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

// The walls between the folders. test/architecture.test.ts repeats them, since nothing else would
// notice: the workflow bundler, for one, bundles an activity without complaint.
const allBuiltins = builtinModules.filter((name) => !name.startsWith('_'));
const nodeBuiltins = {
  regex: `^(node:.*|(${allBuiltins.join('|')})(/.*)?)$`,
  message: 'Workflow code is deterministic: nothing of Node.js.',
};
const effects = {
  regex: '^(pg(-.*)?|@supabase/.*|@temporalio/(activity|worker|client|testing)(/.*)?)$',
  message: 'Workflow code has no effects of its own.',
};
const zodInWorkflows = {
  regex: '^zod(/.*)?$',
  message: 'Only workflows/domain defines schemas: zod stays out of the rest of the workflow code.',
};
const activityValues = {
  regex: '(^|/)activities(/.*)?$',
  allowTypeImports: true,
  message: 'Workflows know the activities as a type only.',
};
const postgresDrivers = {
  regex: '^(pg(-.*)?|@supabase/.*)$',
  message: 'Only activities/postgres talks to PostgreSQL.',
};
const files = {
  regex: '^(node:)?fs(/.*)?$',
  message: 'Among the activities, only activities/disk touches files.',
};
const workflowsButDomain = {
  regex: '(^|/)workflows(/(?!domain(/|$)).*)?$',
  message: 'Activities know the vocabulary (workflows/domain), not the workflows.',
};
const allButDomain = {
  regex: '^(?!zod(/mini)?$|\\./)',
  message: 'The domain imports zod and itself, nothing else.',
};
const folders = (...names) => ({
  regex: `^\\.\\./(.*/)?(${names.join('|')})(/.*)?$`,
  message: `The arrow points the other way: nothing here knows ${names.join(', ')}.`,
});
// How a program begins, and which environment it sees, is the same for the worker's and the client's.
const workerButProgram = {
  regex: '^\\.\\./(.*/)?worker(?!/(program|environment|misspelt-variables)$)(/.*)?$',
  message: 'The arrow points the other way: nothing here knows worker.',
};
const outside = ['test', 'studio', 'demo', 'bench'];

const wall = (places, patterns, ignores = []) => ({
  files: places.map((place) => (place.endsWith('.ts') ? place : `${place}/**/*.ts`)),
  ignores: ignores.map((place) => (place.endsWith('.ts') ? place : `${place}/**`)),
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns }] },
});

const inActivities = [workflowsButDomain, folders('worker', 'client', 'local', ...outside)];
const inClient = [postgresDrivers, folders('activities', ...outside)];

const walls = [
  wall(
    ['workflows'],
    [
      nodeBuiltins,
      effects,
      zodInWorkflows,
      activityValues,
      folders('worker', 'client', 'local', ...outside),
    ],
    ['workflows/domain'],
  ),
  wall(['workflows/domain'], [allButDomain]),
  wall(
    ['activities'],
    [...inActivities, postgresDrivers, files],
    ['activities/postgres', 'activities/disk'],
  ),
  wall(['activities/postgres'], [...inActivities, files]),
  wall(['activities/disk'], [...inActivities, postgresDrivers]),
  // How to reach a Temporal, for whoever asks; it has no native code, which a mere client need not load.
  wall(
    ['temporal'],
    [postgresDrivers, folders('activities', 'worker', 'client', 'local', ...outside)],
  ),
  wall(['worker'], [postgresDrivers, folders('client', 'local', ...outside)]),
  wall(['client'], [...inClient, workerButProgram]),
  // A client's process that is also the worker's, with servers of its own.
  wall(['local'], inClient),
];

export default defineConfig(
  globalIgnores(['dist/', '.dist-*/', '.cache/', 'backups/', 'coverage/']),
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    linterOptions: { noInlineConfig: true },
    languageOptions: { parserOptions: { projectService: true } },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js', '.json'] })],
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // `as const` stays allowed under this rule; every other assertion is a claim that nothing checks.
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      // A number reads the same in every template; `String(…)` around it says nothing.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Environment variables read better as the quoted names that they are.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // `() => stop()` is how a callback is handed on; braces around it say nothing.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      'no-else-return': 'error',
      'max-lines': ['error', 300],
      'max-lines-per-function': ['error', 50],
      'max-params': ['error', 4],
    },
  },
  walls,
  {
    files: ['test/**/*.test.ts'],
    rules: {
      // `describe` holds all cases of one function; each case is held by max-lines alone.
      'max-lines-per-function': 'off',
    },
  },
  {
    files: ['test/support/temporal/global-*.ts', '*.config.mjs', 'workflows/index.ts'],
    rules: {
      // jest, eslint and Temporal's worker take what a file exports by default.
      'import-x/no-default-export': 'off',
    },
  },
  {
    // Plain JavaScript has no types to check with; it runs before, or without, the build.
    files: ['**/*.{js,mjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'off',
    },
  },
);
