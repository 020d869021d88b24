/**
 * Where an aggregator's time goes under a load: node bench/dist/profile.js 4x1000 [ENVELOPES]
 *
 * Prints the functions with the most time of their own, and the files; leaves the profile in .cache/bench-profiles for
 * a flame picture (Chrome's DevTools, speedscope).
 */
import fs from 'node:fs'
import path from 'node:path'
import { flood } from './ingest/flood.ts'
import { planOf } from './ingest/shape.ts'
import { AggregatorUnderTest, benchJobKey } from './load/aggregator.ts'
import { repoRoot } from './machine/paths.ts'

interface Profile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
    readonly children?: readonly number[]
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

const TOP = 40
const folder = path.join(repoRoot, '.cache', 'bench-profiles')

const [shape, given] = process.argv.slice(2)
const [ranks, events] =
  /^(\d+)x(\d+)$/
    .exec(shape ?? '')
    ?.slice(1)
    .map(Number) ?? []
if (ranks === undefined || events === undefined) {
  process.stderr.write('Error: no shape\nTry:   node bench/dist/profile.js 4x1000\n')
  process.exit(2)
}
const envelopes = given === undefined ? Math.ceil(5e6 / (events + 50)) : Number(given)
const work = path.join(folder, 'run')
fs.rmSync(folder, { recursive: true, force: true })
fs.mkdirSync(work, { recursive: true })
const aggregator = new AggregatorUnderTest({ saveDir: path.join(work, 'prov'), insecure: false }, [
  '--cpu-prof',
  `--cpu-prof-dir=${folder}`,
  '--cpu-prof-interval',
  '500',
])
await aggregator.heard('listening')
const plan = { ...planOf({ ranks, events, envelopes }, aggregator.connectionFile, benchJobKey), fresh: true }
const flooded = await flood(plan, () => aggregator.usage())
const used = aggregator.usage()
await aggregator.stop()
fs.rmSync(work, { recursive: true, force: true })
process.stdout.write(
  `${Math.round(flooded.durablePerSecond)} events/s durable, ${Math.round(flooded.graphedPerSecond)} graphed; ` +
    `${used.cpuSeconds.toFixed(1)} s of processor, ${Math.round(used.peakBytes / 1e6)} MB at most\n`,
)
for (const file of fs.readdirSync(folder)) {
  if (!file.endsWith('.cpuprofile')) continue
  process.stdout.write(`\n${path.join('.cache', 'bench-profiles', file)}\n`)
  tell(JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')) as Profile)
}
process.exit(0)

function tell(profile: Profile): void {
  const frames = new Map(profile.nodes.map((node) => [node.id, node.callFrame]))
  const functions = new Map<string, number>()
  const files = new Map<string, number>()
  const inclusive = new Map<string, number>()
  const above = new Map(
    profile.nodes.flatMap((node) => (node.children ?? []).map((child) => [child, node.id])),
  )
  let total = 0
  for (const [i, id] of profile.samples.entries()) {
    const frame = frames.get(id)!
    if (frame.functionName === '(idle)') continue
    const time = profile.timeDeltas[i] ?? 0
    total += time
    add(functions, placeOf(frame), time)
    add(files, fileOf(frame) || frame.functionName, time)
    const stack = new Set<string>()
    for (let at: number | undefined = id; at !== undefined; at = above.get(at)) {
      const one = frames.get(at)!
      if (fileOf(one).startsWith('packages/')) stack.add(placeOf(one))
    }
    for (const place of stack) add(inclusive, place, time)
  }
  print('functions, time of their own', functions, total)
  print('our functions, with what they call', inclusive, total)
  print('files', files, total)
}

type Frame = Profile['nodes'][number]['callFrame']

function placeOf(frame: Frame): string {
  return `${frame.functionName || '(anonymous)'}  ${fileOf(frame)}:${frame.lineNumber + 1}`
}

function fileOf(frame: Frame): string {
  return frame.url.replace(/^.*\/(packages|node_modules)\//, '$1/')
}

function add(into: Map<string, number>, key: string, time: number): void {
  into.set(key, (into.get(key) ?? 0) + time)
}

function print(title: string, times: ReadonlyMap<string, number>, total: number): void {
  process.stdout.write(`  ${title} (of ${(total / 1e6).toFixed(1)} s not idle)\n`)
  for (const [key, time] of [...times].sort((a, b) => b[1] - a[1]).slice(0, TOP)) {
    if (time / total < 0.004) break
    process.stdout.write(`  ${((time / total) * 100).toFixed(1).padStart(5)} %  ${key}\n`)
  }
}
