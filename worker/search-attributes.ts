import { SearchAttributeType } from '@temporalio/common';
import { KnownError } from '../workflows/domain/known-error';
import { SEARCH_ATTRIBUTES } from '../workflows/domain/search-attributes';

/** Temporal's number for the type (`temporal.api.enums.v1.IndexedValueType`). */
const KEYWORD = 2;

/** What of a connection is used here. */
export interface TemporalServices {
  readonly operatorService: {
    listSearchAttributes(request: {
      namespace: string;
    }): Promise<{ readonly customAttributes: Readonly<Record<string, number>> }>;
    addSearchAttributes(request: {
      namespace: string;
      searchAttributes: Record<string, number>;
    }): Promise<unknown>;
  };
  readonly workflowService: {
    countWorkflowExecutions(request: { namespace: string; query: string }): Promise<unknown>;
  };
}

/** gRPC's status codes of a call that this login, or this server, does not have. Temporal Cloud has no operator service. */
const NOT_ALLOWED: ReadonlySet<number> = new Set([5, 7, 12, 16]);
const INVALID_ARGUMENT = 3;

/**
 * Makes sure that the namespace knows moveout's search attributes: what is missing is added, an attribute of another type
 * stops the worker. (The dev server's own flag does nothing once its database file exists.) Where a worker may not add
 * them it stops with the commands that do: a run that sets one that is not known would never continue.
 */
export async function ensureSearchAttributes(
  services: TemporalServices,
  namespace: string,
): Promise<void> {
  const missing = await missingIn(services, namespace);
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
  try {
    await services.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } catch (error) {
    // Another worker that started at the same moment may have added them.
    if (!isRefusal(error) && statusOf(error) !== INVALID_ARGUMENT) throw error;
    const left = await missingIn(services, namespace);
    if (left.length > 0) throw new KnownError('ConfigInvalid', howToCreate(left, namespace));
  }
}

async function missingIn(
  services: TemporalServices,
  namespace: string,
): Promise<readonly string[]> {
  const names = Object.values(SEARCH_ATTRIBUTES);
  try {
    const known = await services.operatorService.listSearchAttributes({ namespace });
    const types = new Map<string, number>(Object.entries(known.customAttributes));
    for (const name of names) assertKeyword(name, types.get(name), namespace);
    return names.filter((name) => !types.has(name));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return unknownIn(services, { namespace, names });
  }
}

function assertKeyword(name: string, type: number | undefined, namespace: string): void {
  if (type === undefined || type === KEYWORD) return;
  throw new KnownError(
    'ConfigInvalid',
    `search attribute ${name} exists in namespace "${namespace}" with another type than ${SearchAttributeType.KEYWORD}`,
  );
}

/** Which names no query may use; for a login that may not list them. */
async function unknownIn(
  { workflowService }: TemporalServices,
  { namespace, names }: { readonly namespace: string; readonly names: readonly string[] },
): Promise<readonly string[]> {
  const unknown: string[] = [];
  for (const name of names) {
    try {
      await workflowService.countWorkflowExecutions({ namespace, query: `${name} = "none"` });
    } catch (error) {
      if (statusOf(error) !== INVALID_ARGUMENT) throw error;
      unknown.push(name);
    }
  }
  return unknown;
}

function howToCreate(missing: readonly string[], namespace: string): string {
  const each = (words: (name: string) => string): string => missing.map(words).join(' ');
  return [
    `namespace "${namespace}" has no search attribute ${missing.join(', ')}, and this worker may not create any. Create them:`,
    `  temporal operator search-attribute create --namespace ${namespace} ${each((name) => `--name ${name} --type Keyword`)}`,
    `on Temporal Cloud:`,
    `  tcld namespace search-attributes add --namespace ${namespace} ${each((name) => `--search-attribute "${name}=Keyword"`)}`,
    `or in the Cloud UI: Namespaces, ${namespace}, Edit, Custom Search Attributes. Then start the worker again.`,
  ].join('\n');
}

function isRefusal(error: unknown): boolean {
  return NOT_ALLOWED.has(statusOf(error) ?? -1);
}

/** The gRPC status of an error; `undefined` if it has none. */
function statusOf(error: unknown): number | undefined {
  const hasCode = error instanceof Error && 'code' in error && typeof error.code === 'number';
  return hasCode ? Number(error.code) : undefined;
}
