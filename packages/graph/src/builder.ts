import type { ProvDocument } from '@provloom/prov'
import type { RunEntry, RunHead, RunSummary, Skipped, Taking } from '@provloom/rundir/entry'
import type { Lsn } from '@provloom/shared'
import type { Change } from './apply/change.ts'
import { applyEntry } from './apply/entry.ts'
import { keepPoints } from './apply/records.ts'
import { AttemptIndex } from './attempt-index.ts'
import { goingOf } from './head/going.ts'
import type { Going } from './head/going.ts'
import { Head } from './head/head.ts'
import type { GraphBuilder } from './graph-builder.ts'
import { Kept } from './kept.ts'
import { Links } from './links.ts'
import type { SpanSources } from './render/span.ts'
import { thingLines, thingRecords, thingsOf } from './render/thing.ts'
import type { View } from './render/view.ts'
import { StateRoster } from './roster.ts'
import type { Roster } from './roster.ts'
import { SeriesIndex } from './series-index.ts'
import { SetBook } from './sets.ts'
import { Sheet } from './sheet.ts'
import { loadState, saveState } from './snapshot.ts'
import { Sources } from './sources.ts'
import { spaceOf, userNamespaceOf, fallbackNamespace } from './space.ts'
import { emptyState } from './state.ts'
import type { RunState } from './state.ts'
import { runWords } from './problems.ts'
import type { RunWords } from './problems.ts'
import { summaryOf } from './summary.ts'
import { Tallies } from './tally.ts'
import { Dirt, Marks, thingKey } from './thing.ts'
import type { Thing } from './thing.ts'
import { Undo } from './undo.ts'

/**
 * The graph of a run: a function of its entries. State is built by `graph/apply`, shown by `graph/render`, and neither
 * knows a clock or a file.
 *
 * @param saved a former `save()`
 * @param undo a test seam: one that fails at some change
 * @throws {TypeError} when `saved` is damaged or of another version
 */
export function createGraphBuilder(saved?: Uint8Array, undo: Undo = new Undo()): GraphBuilder {
  if (saved === undefined) return new Builder(emptyState(), new Tallies(), undo)
  const { state, tallies } = loadState(saved)
  return new Builder(state, tallies, undo)
}

/** Things rendered between two yields: less than a millisecond. */
const thingsPerStep = 16
/** Ranks and contexts whose lists of parameters are looked at between two yields. */
const ownersPerStep = 4
/** Attempts of ranks that are looked at between two yields. */
const ranksPerStep = 32
/** Things whose text waits to be encoded. */
const textsMax = 4096

class Builder implements GraphBuilder {
  readonly #state: RunState
  readonly #tallies: Tallies
  readonly #index: SeriesIndex
  readonly #attempts: AttemptIndex
  readonly #links: Links
  readonly #sources: SpanSources
  readonly #kept: Kept
  readonly #dirt: Dirt
  readonly #unrendered = new Marks()
  readonly #sheet = new Sheet()
  readonly #head: Head
  readonly #change: Change
  readonly roster: Roster
  #taken: RunEntry | Skipped | undefined
  /** One for all entries: there are many, and one at a time. */
  readonly #taking: Taking = {
    keep: () => {
      this.#change.undo.keep()
      if (this.#taken?.kind === 'records') keepPoints(this.#change, this.#taken)
    },
    undo: () => this.#change.undo.undo(),
  }
  /** Which ranks have which parameters alike, as of the last rendering. */
  #sets: SetBook | undefined

  constructor(state: RunState, tallies: Tallies, undo: Undo) {
    this.#state = state
    this.#tallies = tallies
    this.#index = new SeriesIndex(state)
    this.#attempts = new AttemptIndex(state)
    this.#links = new Links(state)
    const [index, attempts, links] = [this.#index, this.#attempts, this.#links]
    this.#sources = { state, index, tallies, links }
    this.#kept = new Kept(this.#sources)
    this.#dirt = new Dirt(this.#kept)
    this.#change = { state, tallies, index, attempts, links, dirt: this.#dirt, undo }
    this.roster = new StateRoster(state, attempts)
    this.#head = new Head({ state, tallies, index }, this.#kept)
  }

  take(lsn: Lsn, entry: RunEntry | Skipped): Taking {
    const change = this.#change
    try {
      applyEntry(change, lsn, entry)
    } catch (error) {
      change.undo.undo()
      throw error
    }
    this.#taken = entry
    return this.#taking
  }

  render(): Uint8Array[] {
    return atOnce(this.renderSlices())
  }

  *renderSlices(): Generator<void, Uint8Array[]> {
    // The run's own records hold the journal position, so they are new every time.
    this.#dirt.mark('run', '')
    this.#note()
    const marked = this.#unrendered.take()
    if (marked === 'all') this.#sets = undefined
    const sets = (this.#sets ??= new SetBook(this.#state, this.#links))
    const regrouped = yield* this.#regroup(sets, marked)
    const changed = marked === 'all' ? marked : [...marked, ...regrouped]
    const view = this.#view(sets)
    if (changed === 'all') this.#sheet.clear()
    const groups = yield* this.#sheet.byPage(keyed(changed === 'all' ? thingsOf(view) : changed))
    let rendered = 0
    for (const group of groups) {
      for (const { key, thing } of group) {
        this.#sheet.put(key, thingLines(view, thing))
        if (++rendered % thingsPerStep === 0) yield
        // Where there are no pages yet, all things are one group.
        if (rendered % textsMax === 0) yield* this.#sheet.encodeSlices()
      }
      yield* this.#sheet.encodeSlices()
    }
    return this.#sheet.chunks(view.space.prefixes)
  }

  /**
   * Notes what changed since this was called last: for the head, which may be made more often than the document, and for that.
   * From now on what changes again is marked again, and nothing that is kept of it is old.
   */
  #note(): void {
    const marked = this.#dirt.take()
    this.#tallies.forgetTouched()
    this.#head.changed(marked)
    this.#unrendered.add(marked)
  }

  /** Looks again at the sets of who uses other parameters now. @returns sets that changed */
  *#regroup(sets: SetBook, changed: 'all' | readonly Thing[]): Generator<void, readonly Thing[]> {
    const { ranks, contexts } = this.#state
    const owners =
      changed === 'all'
        ? [...ranks.keys(), ...contexts.keys()]
        : changed.flatMap(({ kind, key }) => (kind === 'uses' ? [key] : []))
    const found = new Set<string>()
    for (const [i, owner] of owners.entries()) {
      for (const id of sets.refresh(owner)) found.add(id)
      if ((i + 1) % ownersPerStep === 0) yield
    }
    return [...found].map((key) => ({ kind: 'set', key }))
  }

  document(): ProvDocument {
    const sets = new SetBook(this.#state, this.#links)
    atOnce(this.#regroup(sets, 'all'))
    const view = this.#view(sets, new Kept(this.#sources))
    const things = [...keyed(thingsOf(view))]
    things.sort((a, b) => (a.key < b.key ? -1 : 1))
    const records = things.flatMap(({ thing }) => thingRecords(view, thing).map(({ record }) => record))
    return { namespaces: { prefixes: view.space.prefixes, default: null }, records, bundles: [] }
  }

  *headSlices(): Generator<void, RunHead> {
    this.#note()
    yield
    // A summary comes with it as a rule, and is made of these at once.
    let looked = 0
    for (const _ of this.#kept.ofRanks()) if (++looked % ranksPerStep === 0) yield
    return yield* this.#head.slices()
  }

  going(seconds: number): Going | undefined {
    return goingOf({ state: this.#state, tallies: this.#tallies, index: this.#index }, seconds)
  }

  summary(): RunSummary {
    this.#note()
    return summaryOf(this.#state, this.#kept)
  }

  files(): ReturnType<GraphBuilder['files']> {
    const { stored, parts, gone } = this.#state
    const copies = [...stored.values()].flatMap(({ event }) => event.stored ?? [])
    return { named: [...new Set([...copies, ...parts.map(({ file }) => file)])], gone }
  }

  told(): RunWords {
    return runWords(this.#state)
  }

  save(): Uint8Array {
    return atOnce(this.saveSlices())
  }

  saveSlices(): Generator<void, Uint8Array> {
    return saveState(this.#state, this.#tallies)
  }

  #view(sets: SetBook, kept = this.#kept): View {
    const { opened } = this.#state
    const { iri } = userNamespaceOf(opened?.settings.provUserNamespace ?? fallbackNamespace)
    return {
      state: this.#state,
      tallies: this.#tallies,
      index: this.#index,
      attempts: this.#attempts,
      links: this.#links,
      sets,
      kept,
      sources: new Sources(this.#state),
      space: spaceOf(iri, opened?.runId ?? 'none', opened?.informedBy),
    }
  }
}

function* keyed(things: Iterable<Thing>): Generator<{ readonly key: string; readonly thing: Thing }> {
  for (const thing of things) yield { key: thingKey(thing), thing }
}

function atOnce<R>(work: Generator<void, R>): R {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}
