import type { ProvDocument } from '@provloom/prov'
import type { RunEntry, RunHead, RunSummary, Skipped, Taking } from '@provloom/rundir/entry'
import type { Lsn } from '@provloom/shared'
import type { Change } from './apply/change.ts'
import { applyEntry } from './apply/entry.ts'
import { keepPoints } from './apply/records.ts'
import { AttemptIndex } from './attempt-index.ts'
import { Head } from './head/head.ts'
import type { GraphBuilder } from './graph-builder.ts'
import { thingLines, thingRecords, thingsOf } from './render/thing.ts'
import type { View } from './render/view.ts'
import { StateRoster } from './roster.ts'
import type { Roster } from './roster.ts'
import { SeriesIndex } from './series-index.ts'
import { sameShape, shapeOf } from './shape.ts'
import type { Shape } from './shape.ts'
import { Sheet } from './sheet.ts'
import { loadState, saveState } from './snapshot.ts'
import { spaceOf, userNamespaceOf, fallbackNamespace } from './space.ts'
import { emptyState } from './state.ts'
import type { RunState } from './state.ts'
import { runWords } from './problems.ts'
import type { RunWords } from './problems.ts'
import { summaryOf } from './summary.ts'
import { Tallies } from './tally.ts'
import { Dirt, thingKey } from './thing.ts'
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
/** Things whose text waits to be encoded. */
const textsMax = 4096

class Builder implements GraphBuilder {
  readonly #state: RunState
  readonly #tallies: Tallies
  readonly #index: SeriesIndex
  readonly #attempts: AttemptIndex
  readonly #dirt = new Dirt()
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
  #shape: Shape | undefined

  constructor(state: RunState, tallies: Tallies, undo: Undo) {
    this.#state = state
    this.#tallies = tallies
    this.#index = new SeriesIndex(state)
    this.#attempts = new AttemptIndex(state)
    const [index, attempts] = [this.#index, this.#attempts]
    this.#change = { state, tallies, index, attempts, dirt: this.#dirt, undo }
    this.roster = new StateRoster(state, attempts)
    this.#head = new Head({ state, tallies, index }, attempts)
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
    const view = this.#view()
    if (this.#shape === undefined || !sameShape(this.#shape, view.shape)) this.#dirt.markAll()
    this.#shape = view.shape
    // The run's own records hold the journal position, so they are new every time.
    this.#dirt.mark('run', '')
    const changed = this.#dirt.take()
    this.#head.changed(changed)
    this.#tallies.forgetTouched()
    if (changed === 'all') this.#sheet.clear()
    const groups = yield* this.#sheet.byPage(keyed(changed === 'all' ? thingsOf(this.#state) : changed))
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

  document(): ProvDocument {
    const view = this.#view()
    const things = [...keyed(thingsOf(this.#state))]
    things.sort((a, b) => (a.key < b.key ? -1 : 1))
    const records = things.flatMap(({ thing }) => thingRecords(view, thing).map(({ record }) => record))
    return { namespaces: { prefixes: view.space.prefixes, default: null }, records, bundles: [] }
  }

  headSlices(): Generator<void, RunHead> {
    return this.#head.slices()
  }

  summary(): RunSummary {
    return summaryOf(this.#state)
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

  #view(): View {
    const { opened } = this.#state
    const { iri } = userNamespaceOf(opened?.settings.provUserNamespace ?? fallbackNamespace)
    return {
      state: this.#state,
      tallies: this.#tallies,
      index: this.#index,
      attempts: this.#attempts,
      shape: shapeOf(this.#state),
      space: spaceOf(iri, opened?.runId ?? 'none'),
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
