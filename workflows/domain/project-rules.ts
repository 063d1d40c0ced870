import type { Scopes } from './scopes';
import type { Tenancy } from './tenancy';

/** What says which rows of a source belong to which project. */
export interface Rules {
  readonly tenancy: Tenancy;
  readonly scopes: Scopes;
  /** The refs that are configured for the source; `undefined` if no projects are configured. */
  readonly configuredRefs: readonly string[] | undefined;
}

/** One project under these rules. */
export interface ProjectRules extends Rules {
  readonly projectRef: string;
}
