import type { Client } from 'pg';
import { z } from 'zod';

/** What this process has learned of the sessions of one URL. */
export interface Manners {
  /** Whether start-up options are taken; some poolers refuse every session that has any. */
  readonly takesOptions: boolean;
  /** Settings that not every version has and that a session must have before its first statement. */
  readonly knows: readonly string[];
}

const UNKNOWN: Manners = { takesOptions: true, knows: [] };

/** What is known of the sessions to a URL; the next session may go by it. */
export class KnownManners {
  readonly #known = new Map<string, Manners>();

  of(key: string): Manners {
    return this.#known.get(key) ?? UNKNOWN;
  }

  has(key: string): boolean {
    return this.#known.has(key);
  }

  /** Takes note of a session that came about. */
  note(key: string, manners: Manners): void {
    this.#known.set(key, manners);
  }
}

/** PostgreSQL 17 has `transaction_timeout`, which can end a session at its very first statement. */
const SINCE_17 = ['transaction_timeout'];

/** Follows the version that a server names while a session comes about. */
export function followVersion(client: Client): () => readonly string[] {
  let major = 0;
  client.connection.on('parameterStatus', (message: unknown) => {
    const parsed = status.safeParse(message);
    if (parsed.success && parsed.data.parameterName === 'server_version')
      major = Number.parseInt(parsed.data.parameterValue, 10);
  });
  return () => (major >= 17 ? SINCE_17 : []);
}

const status = z.object({ parameterName: z.string(), parameterValue: z.string() });

/** SQLSTATEs with which poolers refuse start-up options: a protocol violation, a feature not supported. */
const REFUSALS: ReadonlySet<string> = new Set(['08P01', '0A000']);

const refusal = z.object({ code: z.string() });

/** Tells whether a session did not come about since its start-up options were refused. */
export function refusesOptions(error: unknown): boolean {
  const parsed = refusal.safeParse(error);
  return parsed.success && REFUSALS.has(parsed.data.code);
}
