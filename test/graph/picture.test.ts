import fs from 'node:fs'
import path from 'node:path'
import { merge, readJson, text } from '@provloom/prov'
import { readTurtle, writeTurtle } from '@provloom/prov/turtle'
import { pictureOf, svgOf } from '@provloom/graph/picture'
import type { PictureElement, PictureOptions, RunPicture } from '@provloom/graph/picture'
import { describe, expect, it } from 'vitest'
import { exampleEntries } from './support/example.ts'
import type { ExampleOptions } from './support/plan.ts'
import { graphOf } from './support/document.ts'
import { faultsOf, svgParts } from './support/geometry.ts'

const golden = path.resolve(import.meta.dirname, '../data/golden/documents')

function drawn(options: ExampleOptions, how: PictureOptions = {}): RunPicture {
  const picture = pictureOf(graphOf(exampleEntries({ rows: 20, ...options })).document(), how)
  if (picture === undefined) throw new Error('the example is no run')
  return picture
}

function parts({ elements }: RunPicture, part: PictureElement['part']): PictureElement[] {
  return elements.filter((element) => element.part === part)
}

/** What is written in an element, line by line. */
function words({ label, lines }: PictureElement): string[] {
  return [label, ...lines.map(({ name, value }) => `${name} ${value}`.trim())]
}

const tagsIn = (picture: RunPicture): number =>
  [...svgParts(svgOf(picture)).tags.values()].reduce((sum, n) => sum + n, 0)

describe('the picture of a run', () => {
  const picture = drawn({ ranks: 4 })

  it('has what went in on the left, what ran in the middle, and what came out on the right', () => {
    const left = (part: PictureElement['part']): number[] => [
      ...new Set(parts(picture, part).map(({ box: [x] }) => x)),
    ]
    for (const part of ['code', 'parameters', 'environment', 'data'] as const)
      expect([part, left(part)]).toEqual([part, [24]])
    expect(left('run')).toEqual([412])
    for (const part of ['version', 'model', 'result'] as const)
      expect([part, left(part)]).toEqual([part, [866]])
  })

  it('writes values on its boxes', () => {
    expect(words(parts(picture, 'code')[0]!)).toEqual([
      'train.py',
      'commit 3f9c2ab, changed',
      'changes kept diff 100 B',
    ])
    expect(words(parts(picture, 'parameters')[0]!)).toEqual([
      'parameters',
      'amp true',
      'batch 64',
      'epochs 10',
      'lr 0.1',
      'optimizer AdamW',
      'seed 3 to 54, 4 values',
      'shard 0 to 3, 4 values',
    ])
    expect(words(parts(picture, 'environment')[0]!)).toEqual(['environment', 'CPython 3.11.4 98 packages'])
    expect(words(parts(picture, 'run')[0]!)).toEqual([
      'digits_0',
      'completed in 50.0 s',
      'python train.py --epochs 10',
    ])
    expect(picture.subtitle).toMatch(
      /^completed in 50\.0 s · 4 ranks on node0 · 5 Jan 2026 08:00 UTC · \d+ elements, drawn as \d+$/,
    )
  })

  it('draws contexts and metrics in their run, and ranks that stand alike as one', () => {
    const [run] = parts(picture, 'run')
    expect(parts(picture, 'ranks').map(words)).toEqual([['ranks 0–3', '4 completed']])
    expect(
      parts(picture, 'context')
        .map(({ label, inside }) => `${label} in ${inside}`)
        .sort(),
    ).toEqual(['testing', 'training', 'validation'].map((name) => `${name} in ${run!.id}`))
    const [loss] = parts(picture, 'metric')
    expect(words(loss!)).toEqual(['loss', 'loss 1', 'min 0', 'median of 4 ranks; at last 0 to 3'])
    expect(parts(picture, 'context').find(({ id }) => id === loss!.inside)?.label).toBe('training')
  })

  it('has arrows from effect to cause, each use once: what one context alone used is tied to that', () => {
    const label = new Map(picture.elements.map((element) => [element.id, element.label]))
    const told = picture.relations.map(({ from, kind, to }) => `${label.get(from)} ${kind} ${label.get(to)}`)
    expect(told.sort()).toEqual([
      '27 more versions wasDerivedFrom digits_0.pt',
      '27 more versions wasGeneratedBy training',
      'digits_0 used environment',
      'digits_0 used parameters',
      'digits_0 used train.py',
      'digits_0.pt wasGeneratedBy training',
      'digits_28.pt wasDerivedFrom 27 more versions',
      'digits_28.pt wasGeneratedBy training',
      'digits_29.pt specializationOf digits',
      'digits_29.pt wasDerivedFrom digits_28.pt',
      'digits_29.pt wasGeneratedBy training',
      'testing used test',
      'training used train',
      'validation used val',
    ])
  })

  it('says what it folds, and draws it when asked', () => {
    expect(picture.folded.map(({ words }) => words)).toEqual([
      'launcher',
      'aggregator',
      'agents',
      'recording',
      'watch',
      'record',
      'experiment',
      'metric store (80 points)',
      'metric file',
      'stored copy',
      '7 system series',
      '8 names of metrics',
    ])
    const whole = drawn({ ranks: 4 }, { machinery: true })
    expect(whole.folded).toEqual([])
    expect(parts(whole, 'machinery').map(({ label }) => label)).toContain('provloom aggregator 0.1.0')
    expect(faultsOf(whole)).toEqual([])
  })

  it('has attributes when asked', () => {
    const [code] = parts(drawn({ ranks: 4 }, { attributes: true }), 'code')
    expect(words(code!)).toContain('provloom:branch main')
  })

  it('names every element in a title, and says in words what it shows', () => {
    const { titles, description } = svgParts(svgOf(picture))
    for (const { id } of picture.elements) expect(titles.some((title) => title.startsWith(id))).toBe(true)
    expect(description).toMatch(
      /^digits_0: completed in 50\.0 s .* Went in: train\.py: commit 3f9c2ab, changed.* What ran: digits_0: .* Came out: digits_0\.pt/,
    )
  })

  it('shows the course of a metric where the caller has it', () => {
    const spark = [3, 2, 1.5, 1.2]
    const curved = drawn({ ranks: 4 }, { sparks: [{ key: 'loss', context: 'training', spark }] })
    expect(parts(curved, 'metric')[0]!.spark).toEqual(spark)
    expect(
      parts(drawn({ ranks: 4 }, { sparks: [{ key: 'loss', spark }] }), 'metric')[0]!.spark,
    ).toBeUndefined()
    expect(tagsIn(curved)).toBe(tagsIn(picture) + 1)
  })
})

describe.each<readonly [string, ExampleOptions]>([
  ['1 rank', { ranks: 1 }],
  ['ranks that each save their own', { ranks: 4, sweep: true, group: false }],
  ['a rank that was killed', { ranks: 9, fate: 'last rank killed' }],
  ['a recovered run', { ranks: 4, fate: 'recovered' }],
  ['two attempts', { ranks: 8, fate: 'elastic' }],
  ['rank 0 alone of eight', { ranks: 8, collected: 'rank 0' }],
  ['many settings, series and devices', { ranks: 16, alike: 40, series: 30, devices: 'many' }],
])('the picture of %s', (_, options) => {
  it('lacks nothing, and nothing lies on anything else', () => {
    for (const how of [{}, { machinery: true }, { attributes: true }])
      expect(faultsOf(drawn(options, how))).toEqual([])
  })
})

it('a rank that ended otherwise is a line of its own, the first, in words', () => {
  expect(parts(drawn({ ranks: 9, fate: 'last rank killed' }), 'ranks').map(words)).toEqual([
    ['rank 8', 'killed, SIGKILL'],
    ['ranks 0–7', '8 completed'],
  ])
  const twice = drawn({ ranks: 8, fate: 'elastic' })
  expect(twice.elements.filter(({ part }) => part === 'attempt' || part === 'ranks').map(words)).toEqual([
    ['attempt 0', '8 ranks, 40.0 s'],
    ['rank 7', 'failed, exit 1', 'RuntimeError: out of memory'],
    ['ranks 0–6', '7 killed, SIGTERM'],
    ['attempt 1', '4 ranks, 50.0 s'],
    ['ranks 0–3', '4 completed'],
  ])
})

/** A run whose ranks each end by another error. */
function failing(ranks: number): RunPicture {
  const { records, ...rest } = graphOf(exampleEntries({ ranks, rows: 20 })).document()
  const all = records.map((record) => {
    const rank = /^rank-(\d+)$/.exec(record.id?.local ?? '')?.[1]
    if (rank === undefined) return record
    const attributes = record.attributes.map(([name, value]) =>
      name.local === 'status' ? ([name, text('failed')] as const) : ([name, value] as const),
    )
    const [status] = attributes.find(([name]) => name.local === 'status')!
    const trace = `Traceback (most recent call last):\n  File "train.py", line ${rank}, in main\nValueError: shard ${rank}`
    return { ...record, attributes: [...attributes, [{ ...status, local: 'error' }, text(trace)] as const] }
  })
  return pictureOf({ ...rest, records: all })!
}

it('of ranks that end by errors of their own, who logged its last point first is the first, and what is too much is counted', () => {
  const few = parts(failing(4), 'ranks')
  expect(few.map(words)).toEqual(
    [1, 0, 2, 3].map((rank) => [`rank ${rank}`, 'failed', `ValueError: shard ${rank}`]),
  )
  const many = failing(64)
  expect(parts(many, 'ranks').map(({ label, count }) => [label, count])).toEqual([
    ['rank 1', 1],
    ['rank 0', 1],
    ['rank 2', 1],
    ['61 more ranks', 61],
  ])
  expect(faultsOf(many)).toEqual([])
})

it('versions that ranks each saved are one of a kind', () => {
  const [first] = parts(drawn({ ranks: 4, sweep: true, group: false }), 'version')
  expect(words(first!)).toEqual(['digits_0.pt', 'step 0 50.0 kB', 'sha256 4 different', 'ranks 0–3 one each'])
})

it('a recovered run and ranks that were not collected are told', () => {
  expect(drawn({ ranks: 4, fate: 'recovered' }).subtitle).toContain('· recovered ·')
  expect(words(parts(drawn({ ranks: 8, collected: 'rank 0' }), 'run')[0]!)).toContain('7 ranks not collected')
})

it('a picture of 1,024 ranks has no more in it than one of 4', () => {
  const options = { series: 4, rows: 3, versions: 6, devices: 'none' } as const
  const [few, many] = [4, 1024].map((ranks) => drawn({ ranks, ...options }))
  expect(many!.elements.length).toBe(few!.elements.length)
  expect(tagsIn(many!)).toBe(tagsIn(few!))
  expect(many!.size).toEqual(few!.size)
  expect(faultsOf(many!)).toEqual([])
})

describe('a document is recognised as the record of a run by what it says', () => {
  it.each(fs.readdirSync(golden))('%s, also read from Turtle', (name) => {
    const document = readJson(fs.readFileSync(path.join(golden, name)))
    const picture = pictureOf(document)
    expect(picture && faultsOf(picture)).toEqual([])
    expect(svgOf(pictureOf(readTurtle(writeTurtle(document)))!)).toBe(svgOf(picture!))
  })

  it('and one of two runs, of another format or of nobody is none', () => {
    const one = readJson(fs.readFileSync(path.join(golden, '4-ranks.json')))
    const written = fs.readFileSync(path.join(golden, '12-ranks.json'), 'utf8')
    const runId = /"provloom:runId":"([^"]+)"/.exec(written)![1]!
    const other = readJson(written.replaceAll(runId, `${runId.slice(0, -4)}ffff`))
    expect(pictureOf(merge([one, other]).document)).toBeUndefined()
    const older = one.records.map((record) => ({
      ...record,
      attributes: record.attributes.filter(([name]) => name.local !== 'format'),
    }))
    expect(pictureOf({ ...one, records: older })).toBeUndefined()
    expect(pictureOf({ ...one, records: [] })).toBeUndefined()
  })
})

it('the dark theme differs in colours alone', () => {
  const picture = drawn({ ranks: 4 })
  const [light, dark] = (['light', 'dark'] as const).map((theme) => svgOf(picture, { theme }))
  expect(dark).not.toBe(light)
  const plain = (svg: string): string => svg.replaceAll(/#[0-9a-f]{6}/g, '#')
  expect(plain(dark!)).toBe(plain(light!))
})
