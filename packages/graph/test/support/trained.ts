import { RunScript } from './run.ts'
import type { Said } from './run.ts'

const packages = Object.fromEntries(
  Array.from({ length: 98 }, (_, i) => [
    `${'abcdefghij'[i % 10]}${'klmnopqrst'[Math.floor(i / 10)]}-tools`,
    `1.${i}`,
  ]),
)

/** What its agent tells; the first of a machine watches it. */
function ofAgent(rank: number): Said[] {
  const host = `node${rank >> 3}`
  const hostId = `${String(rank >> 3).padStart(8, '0')}-7c5d`
  const told: Said[] = [
    {
      type: 'rank.start',
      pid: rank + 1,
      host,
      hostId,
      argv: ['python', 'train.py'],
      launcher: 'torchrun',
      localRank: rank % 8,
      nodeRank: rank >> 3,
    },
    { type: 'user', login: 'alice' },
    { type: 'environment', interpreter: 'CPython', version: '3.11.4', packages },
    { type: 'source', remote: 'https://example.org/r.git', commit: 'c0ffee', dirty: true },
  ]
  if (rank % 8 !== 0) return told
  told.push(
    { type: 'watch', edge: 'start', host, hostId, shared: 1 },
    { type: 'host', host, hostId, cores: 64 },
  )
  for (let id = 0; id < 6; id++) told.push({ type: 'series', id, key: `load_${id}`, measures: 'host' })
  for (let device = 0; device < 10; device++)
    told.push({
      type: 'energy',
      host,
      hostId,
      device: `GPU-${device}`,
      joules: 7 + device,
      method: 'NVML',
      kind: 'measured',
      covers: 'gpu',
      counted: true,
    })
  return told
}

const setting = (key: string, value: number): Said => ({
  type: 'param',
  key,
  valueType: 'int',
  value: String(value),
})

function ofScript(rank: number, ranks: number): Said[] {
  return [
    {
      type: 'session.start',
      session: '0123456789abcdef',
      pid: rank + 1,
      library: 'provloom',
      libraryVersion: '0.1.0',
      language: 'python',
    },
    ...['amp', 'batch', 'epochs', 'lr', 'optimizer'].map(setting),
    setting('seed', 17 * rank + 3),
    setting('shard', rank),
    { type: 'dataset', label: 'train', context: 'training' },
    { type: 'dataset', label: 'val', context: 'validation' },
    { type: 'dataset', label: 'test', context: 'testing' },
    {
      type: 'group',
      library: 'torch.distributed',
      backend: 'nccl',
      worldSize: ranks,
      rendezvous: 'node0:29500',
    },
    ...Array.from('abcdefghij', (letter, id) => ({
      type: 'series' as const,
      id,
      key: `metric_${letter}`,
      context: id < 5 ? 'training' : 'validation',
    })),
  ]
}

const versions = Array.from({ length: 30 }, (_, version) => ({
  type: 'artifact' as const,
  name: `m_${version}.pt`,
  kind: 'checkpoint' as const,
  role: 'output' as const,
  path: `/w/m_${version}.pt`,
  version,
  model: 'm',
  context: 'training',
}))

/** Ranks that train as one, eight on a machine, as people do it: the example of the size law (docs/prov-mapping.md). */
export function trainedRun(ranks: number): RunScript {
  const run = new RunScript().open()
  const points = Array.from({ length: 10 }, (_, series) => series)
  for (let rank = 0; rank < ranks; rank++)
    run.admit(rank, 0, `node${rank >> 3}`, ranks, `${String(rank >> 3).padStart(8, '0')}-7c5d`)
  for (let rank = 0; rank < ranks; rank++) {
    run.log(rank, ofAgent(rank), [], 0, 'agent-1')
    run.log(
      rank,
      ofScript(rank, ranks),
      points.map((series) => ({ series, step: 1, value: rank })),
    )
    if (rank === 0) run.log(0, versions)
  }
  for (let rank = 0; rank < ranks; rank++)
    run.log(rank, [{ type: 'session.end', status: 'completed', by: 'call' }]).end(rank)
  return run.close()
}
