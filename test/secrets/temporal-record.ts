import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';

const EVERY_MS = 150;

/** Everything that the server tells of its runs: each history, and each description with its memo. */
export async function recordOf(client: Client): Promise<string> {
  const parts: string[] = [];
  for await (const { workflowId, runId } of client.workflow.list()) {
    const handle = client.workflow.getHandle(workflowId, runId);
    parts.push(JSON.stringify(historyToJSON(await handle.fetchHistory())));
    parts.push(inClear(await handle.describe()));
  }
  return parts.join('\n');
}

/** What is seen of runs while they run, by whoever looks at them. */
export interface Onlooker {
  /** Everything seen: details of heartbeats, last failures, memos, answers to queries. */
  seen(): string;
  stop(): Promise<void>;
}

/** Looks at all open runs again and again, as the Web UI does. */
export function watchRuns(client: Client): Onlooker {
  const seen = new Set<string>();
  const over = new AbortController();
  const look = async (): Promise<void> => {
    for await (const { workflowId, runId } of client.workflow.list({
      query: 'ExecutionStatus="Running"',
    })) {
      const handle = client.workflow.getHandle(workflowId, runId);
      seen.add(inClear(await handle.describe()));
      for (const query of ['progress', '__temporal_workflow_metadata']) {
        // A run that has just ended answers no more.
        const answer: unknown = await handle.query(query).catch(() => undefined);
        seen.add(inClear(answer));
      }
    }
  };
  const looking = (async () => {
    while (!over.signal.aborted) {
      await look().catch((error: unknown) => seen.add(String(error)));
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  })();
  return {
    seen: () => [...seen].join('\n'),
    stop: async () => {
      over.abort();
      await looking;
    },
  };
}

/** JSON in which bytes are text. */
function inClear(value: unknown): string {
  const bytes = (_key: string, each: unknown): unknown => {
    if (each instanceof Uint8Array) return Buffer.from(each).toString('utf8');
    if (isBuffer(each)) return Buffer.from(each.data).toString('utf8');
    return typeof each === 'bigint' ? String(each) : each;
  };
  return value === undefined ? '' : JSON.stringify(value, bytes);
}

/** What a Buffer says of itself before a replacer sees it. */
function isBuffer(value: unknown): value is { readonly data: readonly number[] } {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer';
}

/** Every file below a folder, as bytes, by its path. */
export function filesBelow(folder: string): ReadonlyMap<string, Buffer> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return new Map(
    files.map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return [file, readFileSync(file)];
    }),
  );
}
