import type { ProvDocument } from '@provloom/prov'
import type { EntryReader, RunHead, RunSummary } from '@provloom/rundir/entry'
import type { Going } from './head/going.ts'
import type { RunWords } from './problems.ts'
import type { Roster } from './roster.ts'

/** Run events to PROV. Pure: no clock, no files; the same entries give the same bytes. */
export interface GraphBuilder extends EntryReader {
  /** Who takes part and how they stand: what the graph itself says of them. */
  readonly roster: Roster
  /** prov.json as chunks, whole and valid, holding all applied entries. Costs what changed since the last call. */
  render(): Uint8Array[]
  /** The same, a few milliseconds of work between two yields. Between its first and last step nothing may be applied. */
  renderSlices(): Generator<void, Uint8Array[]>
  /** The same document for the drawer. */
  document(): ProvDocument
  summary(): RunSummary
  /** Files of the run directory that its records name, and which of them were not there when that was recorded last. */
  files(): { readonly named: readonly string[]; readonly gone: ReadonlyMap<string, true> }
  /** The run's head as of now, whenever the document was rendered, a few milliseconds of work between two yields; nothing may be applied meanwhile. */
  headSlices(): Generator<void, RunHead>
  /**
   * How far it has come as of now, in a millisecond or two; undefined where nothing is logged step by step.
   *
   * @param seconds since it began
   */
  going(seconds: number): Going | undefined
  /** Problems and hints of the run as a whole, `CODE: words`; not those that its ranks told. */
  told(): RunWords
  /** Everything that entries have built up, so that a builder loaded from it goes on to the same bytes. */
  save(): Uint8Array
  /** The same, a few milliseconds of work between two yields. Between its first and last step nothing may be applied. */
  saveSlices(): Generator<void, Uint8Array>
}

/** `saved` is a former `save()`; without it the graph is empty. Throws when `saved` is of another version or damaged. */
export type CreateGraphBuilder = (saved?: Uint8Array) => GraphBuilder
