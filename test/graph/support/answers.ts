import { devicesOf } from './host.ts'
import { firstToStop, seedOf, settings, stepUs } from './rank.ts'
import { ranksOfHost, startsOf } from './plan.ts'
import type { Example, Start } from './plan.ts'

/** An answer: its rows in their order, each with its columns in theirs, numbers as JavaScript writes them. */
export type Answer = readonly string[]

/** What the example's run must say to the questions of docs/questions.md, by their numbers; sorted where they are in no order. */
export function answersOf(example: Example): ReadonlyMap<number, Answer> {
  const starts = startsOf(example)
  const copier = example.fate === 'recovered' ? 'Recovery' : 'Recording'
  return new Map([
    [1, parametersOf()],
    [2, [String(contributorsOf(example).length)]],
    [
      3,
      [
        'Dataset train',
        'Diff source.diff',
        'Environment CPython 3.11.4',
        'File source.diff',
        'File train.py',
        'Implementation example.org/digits@3f9c2ab1d0',
      ],
    ],
    [4, ['false']],
    [5, contributorsOf(example).map(String)],
    [6, starts.flatMap((start) => (start.places.length > 1 ? [`${start.attempt} ${start.rows} 1`] : []))],
    [7, starts.flatMap(badEnds)],
    [8, starts.some(({ places }) => places.length > 3) ? [String(seedOf(3))] : []],
    [9, [stopsFirst(starts[0]!)]],
    [10, energyOf(example)],
    [11, settingsByMlSchema(example)],
    [12, ['RunRecord Recording', `StoredCopy ${copier}`]],
    [15, withOneSet(starts)],
    [16, starts.some(({ places }) => places.length > 1) ? parametersOf() : []],
  ])
}

function parametersOf(): Answer {
  return [...settings.map(([key]) => key), 'seed', 'shard'].sort()
}

/** Whose work the last checkpoint is. */
export function contributorsOf(example: Example): readonly number[] {
  const { places } = startsOf(example).at(-1)!
  return example.group ? places.map(({ rank }) => rank) : [0]
}

/** A rank alone has told its settings alike with nobody. */
function withOneSet(starts: readonly Start[]): Answer {
  const ranks = starts.flatMap(({ places }) => (places.length > 1 ? places.map(({ rank }) => rank) : []))
  return ranks.length === 0 ? [] : [String(new Set(ranks).size)]
}

function badEnds({ end, places, worldSize, attempt }: Start): string[] {
  return places.flatMap(({ rank }) => {
    const isLast = rank === worldSize - 1
    if (end === 'last rank killed') return isLast ? [`${rank} ${attempt} killed SIGKILL`] : []
    if (end === 'completed') return []
    return [
      isLast ? `${rank} ${attempt} failed RuntimeError: out of memory` : `${rank} ${attempt} killed SIGTERM`,
    ]
  })
}

function stopsFirst(start: Start): string {
  const rank = firstToStop(start)
  return `${rank} ${new Date(stepUs(start, rank, start.rows - 1) / 1000).toISOString().replace('Z', '')}`
}

/** Of each kind how many devices there are, and what they used in all attempts. */
function energyOf(example: Example): Answer {
  const hosts = startsOf(example).map(({ places }) => Math.ceil(places.length / ranksOfHost))
  const [most, all] = [Math.max(...hosts), hosts.reduce((sum, count) => sum + count, 0)]
  if (example.devices === 'none') return [`unknown ${most} not known`]
  const gpus = devicesOf[example.devices].length - 3
  return [
    `estimated ${most} ${all * 500}`,
    `integrated ${most * gpus} ${all * gpus * 5000}`,
    `measured ${most * 2} ${all * 3000}`,
  ]
}

/** Parameters that have one value in the run; where one rank is collected, all of them. */
function settingsByMlSchema(example: Example): Answer {
  const shared = settings.map(
    ([key, type, value]) => `${key} ${type === 'bool' ? value.toLowerCase() : value}`,
  )
  const isAlone = startsOf(example).every(({ places }) => places.length === 1)
  return [...shared, ...(isAlone ? ['seed 3', 'shard 0'] : [])].sort()
}
