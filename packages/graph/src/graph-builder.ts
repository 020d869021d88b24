import type { ProvDocument } from '@provloom/prov'
import type { RunEntry, RunSummary } from '@provloom/rundir/entry'
import type { Lsn } from '@provloom/shared'

/** Run events to PROV. Pure: no clock, no files; the same entries give the same bytes. */
export interface GraphBuilder {
  /** Takes in one entry. Never throws: what cannot be shown is counted. */
  apply(lsn: Lsn, entry: RunEntry): void
  /** prov.json as chunks, whole and valid, holding all applied entries. Costs what changed since the last call. */
  render(): Uint8Array[]
  /** The same, a few milliseconds of work between two yields. Between its first and last step nothing may be applied. */
  renderSlices(): Generator<void, Uint8Array[]>
  /** The same document for the drawer. */
  document(): ProvDocument
  summary(): RunSummary
  /** Everything that `apply` has built up, so that a builder loaded from it goes on to the same bytes. */
  save(): Uint8Array
  /** The same, a few milliseconds of work between two yields. Between its first and last step nothing may be applied. */
  saveSlices(): Generator<void, Uint8Array>
}

/** `saved` is a former `save()`; without it the graph is empty. Throws when `saved` is of another version or damaged. */
export type CreateGraphBuilder = (saved?: Uint8Array) => GraphBuilder
