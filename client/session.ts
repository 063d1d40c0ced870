import type { Client } from '@temporalio/client';

/** Where the flags say that things are. */
export interface Places {
  readonly connectionString?: string | undefined;
  readonly backupDirectory?: string | undefined;
  readonly config?: string | undefined;
}

/** A way to Temporal, and to a worker that does what is asked there. */
export interface Session {
  readonly client: Client;
  /** `host:port` of the server, or what the profile says. */
  readonly server: string;
  readonly taskQueue: string;
  /** The local server's Web UI, where this script brought one up or shares one. */
  readonly webUi?: string | undefined;
  /** What this script is called in the memo of the runs that it starts. */
  readonly script: string;
  /** The living scripts that share a local server; runs of others were left behind. */
  readonly others: readonly string[];
  readonly isOwnWorker: boolean;
  /** Rejects when the worker of this process fails; pending otherwise. */
  readonly broken: Promise<never>;
  /** Lets running steps of this process stop, and takes down what this script alone used. */
  close(): Promise<void>;
}
