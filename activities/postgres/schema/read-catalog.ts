import { buildFactBase, encodeId, extract } from '@supabase/pg-delta';
import type { DependencyEdge, FactBase } from '@supabase/pg-delta';
import type { Pool } from 'pg';
import type { Extent } from '../../../workflows/domain/extent';
import type { Ask, Supplement } from './supplements/supplement';
import { readSupplements } from './supplements';
import { readEnforcement, readForeignTypes } from './foreign-types';
import type { Enforcement, ForeignType } from './foreign-types';
import { readExtensions } from './extensions';
import type { Installed } from './extensions';
import { readInvalidIndexes, withoutInvalid } from './invalid-indexes';
import type { InvalidIndex } from './invalid-indexes';
import { readLosses, readUnsupported } from './unsupported';
import type { LeftOut } from './script';
import { readPartitionObstacles } from './partition-columns';
import { readUnknownOptions, readUnknownSettings, withoutUnknownSettings } from './unknown-options';
import type { UnknownSettings } from './unknown-options';
import { carriedFact } from './version-rules';
import { readOutsideNeeds } from './outside-objects';
import type { OutsideNeed } from './outside-objects';
import { markVirtual, readMultirangeEdges, readVirtualColumns } from './supplements/columns';

/** What is read of a database besides the schema engine's facts. */
interface OwnReading {
  readonly supplements: readonly Supplement[];
  readonly obstacles: readonly LeftOut[];
  readonly losses: readonly LeftOut[];
  readonly outsideNeeds: readonly OutsideNeed[];
  readonly enforcement: Enforcement;
  readonly foreignTypes: readonly ForeignType[];
  readonly installed: readonly Installed[];
  readonly virtual: ReadonlySet<string>;
  readonly multiranges: readonly DependencyEdge[];
  readonly invalidIndexes: readonly InvalidIndex[];
  /** Facts that PostgreSQL keeps for itself, in no digest: it may change them at any time. */
  readonly unknownOptions: readonly LeftOut[];
  readonly unknownSettings: UnknownSettings;
}

/** The catalog at one moment: all facts of the database, and what else was read of the extent. */
export interface Catalog extends OwnReading {
  readonly facts: FactBase;
  /** The major version of the server. */
  readonly server: number;
}

/** Tells an extent from the names of the database's schemas. */
export type ExtentOf = (schemas: readonly string[]) => Extent;

/** Reads all in one read-only snapshot: the engine's handlers run inside its transaction. */
export async function readCatalog(pool: Pool, extentOf: ExtentOf): Promise<Catalog> {
  let own: OwnReading | undefined;
  const { factBase, pgVersion } = await extract(pool, {
    handlers: [
      {
        extension: 'moveout',
        capture: async (context, current) => {
          own = await readOwn((sql) => context.query(sql), extentOf(schemaNames(current)));
          return { facts: [], edges: [] };
        },
      },
    ],
  });
  if (own === undefined) throw new Error('the schema engine has not called its handler');
  return { ...own, facts: carried(factBase, own), server: parseInt(pgVersion, 10) };
}

async function readOwn(ask: Ask, extent: Extent): Promise<OwnReading> {
  return {
    supplements: await readSupplements(ask, extent),
    obstacles: [
      ...(await readUnsupported(ask, extent)),
      ...(await readPartitionObstacles(ask, extent)),
    ],
    losses: await readLosses(ask, extent),
    outsideNeeds: await readOutsideNeeds(ask, extent),
    enforcement: await readEnforcement(ask, extent),
    foreignTypes: await readForeignTypes(ask, extent),
    installed: await readExtensions(ask),
    virtual: await readVirtualColumns(ask),
    multiranges: await readMultirangeEdges(ask),
    invalidIndexes: await readInvalidIndexes(ask, extent),
    unknownOptions: await readUnknownOptions(ask, extent),
    unknownSettings: await readUnknownSettings(ask),
  };
}

function schemaNames(all: FactBase): string[] {
  return all.facts().flatMap(({ id }) => (id.kind === 'schema' ? [id.name] : []));
}

/** The engine's facts, put right where it reads a version otherwise than it is. */
function carried(all: FactBase, own: OwnReading): FactBase {
  const facts = withoutInvalid(all.facts(), own.invalidIndexes)
    .map((fact) => withoutUnknownSettings(markVirtual(fact, own.virtual), own.unknownSettings))
    .flatMap((fact) => carriedFact(fact) ?? []);
  const present = new Set(facts.map(({ id }) => encodeId(id)));
  const hangs = facts.filter(({ parent }) => parent === undefined || present.has(encodeId(parent)));
  const isThere = ({ from, to }: DependencyEdge): boolean =>
    present.has(encodeId(from)) && present.has(encodeId(to));
  return buildFactBase(hangs, [...all.edges, ...own.multiranges.filter(isThere)]);
}
