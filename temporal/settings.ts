import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { KnownError } from '../workflows/domain/known-error';

/** How to reach a Temporal server; the address is always known. */
export interface Reachable {
  readonly connectionOptions: ClientConnectConfig['connectionOptions'] & {
    readonly address: string;
  };
  readonly namespace: string;
}

type TemporalVariables = Readonly<NodeJS.ProcessEnv>;

const DEFAULT_ADDRESS = 'localhost:7233';

/**
 * The Temporal that the environment or a profile names, by the Temporal CLI's own variables and files; `undefined`
 * if nothing names an address. Script, command and worker all ask here. Throws one message if the settings contradict
 * each other, or name a profile that is not there or a file that cannot be read.
 */
export function configuredTemporal(environment: TemporalVariables): Reachable | undefined {
  const { connectionOptions, namespace } = settingsIn(environment);
  const named = connectionOptions.address;
  const isNamed = ['TEMPORAL_PROFILE', 'TEMPORAL_CONFIG_FILE'].some(
    (name) => (environment[name] ?? '') !== '',
  );
  if (named === undefined && !isNamed) return undefined;
  if (named !== undefined) assertAddress(named);
  return {
    connectionOptions: { ...connectionOptions, address: named ?? DEFAULT_ADDRESS },
    namespace: namespace ?? 'default',
  };
}

/** A name, an IPv4 address or an IPv6 address in brackets; then, unless it is 7233, the port. */
const ADDRESS = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::(\d{1,5}))?$/;

function assertAddress(address: string): void {
  const [whole, port = '7233'] = ADDRESS.exec(address) ?? [];
  if (whole !== undefined && Number(port) >= 1 && Number(port) <= 65_535) return;
  const found = /^[\w.:/[\]-]{1,80}$/.test(address) ? `, not "${address}"` : '';
  throw new KnownError(
    'ConfigInvalid',
    `the address of Temporal (TEMPORAL_ADDRESS, or "address" of the profile) must be host:port, such as localhost:7233${found}`,
  );
}

/** The Temporal that the environment or a profile names; if neither names an address, the one at which the Temporal CLI's server listens. */
export function temporalOf(environment: TemporalVariables): Reachable {
  const configured = configuredTemporal(environment);
  if (configured !== undefined) return configured;
  const { connectionOptions, namespace } = settingsIn(environment);
  return {
    connectionOptions: { ...connectionOptions, address: DEFAULT_ADDRESS },
    namespace: namespace ?? 'default',
  };
}

/** A variable that is set to nothing says nothing. */
function settingsIn(environment: TemporalVariables): ClientConnectConfig {
  assertSwitches(environment);
  const overrideEnvVars = Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => {
      const saysNothing = value === undefined || (name.startsWith('TEMPORAL_') && value === '');
      return saysNothing ? [] : [[name, value]];
    }),
  );
  try {
    return loadClientConnectConfig({ overrideEnvVars });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new KnownError(
      'ConfigInvalid',
      `the settings of Temporal (TEMPORAL_* or a profile) cannot be used: ${why}`,
      { cause: error },
    );
  }
}

const SWITCHES = ['TEMPORAL_TLS', 'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'];

/** The SDK takes every other word for "false": a misspelt "true" would send everything in the clear. */
function assertSwitches(environment: TemporalVariables): void {
  for (const name of SWITCHES) {
    const value = environment[name] ?? '';
    if (['', 'true', '1', 'false', '0'].includes(value)) continue;
    throw new KnownError('ConfigInvalid', `${name} must be true or false, not "${value}"`);
  }
}
