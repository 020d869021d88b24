import fs from 'node:fs'
import path from 'node:path'
import type { RunFinished } from '@provloom/aggregator'
import { add } from '@provloom/rundir/entry'
import { bytes, count, counted, duration } from './quantity.ts'
import type { Style } from './style.ts'

/**
 * What a person wants to know when a run has ended: who was there, that nothing is missing, where the files are.
 *
 * @param hinted what was shown of other runs: a hint that several of them have is said once
 */
export function renderSummary(finished: RunFinished, style: Style, hinted: Set<string> = new Set()): string {
  const { summary, runDir } = finished
  const { sent, stored, dropped } = summary.total
  const good = summary.status === 'completed' && dropped === 0 && summary.problems === 0
  const status = (good ? style.good : style.bad)(summary.status)
  const took = summary.endUs === undefined ? '' : ` in ${duration((summary.endUs - summary.startUs) / 1e6)}`
  const rows: [string, string][] = [
    ['ranks', ranksInWords(finished)],
    [
      'events',
      `${count(sent)} sent ${sent === add(stored, dropped) ? '=' : '≠'} ${count(stored)} stored + ${count(dropped)} dropped`,
    ],
    ['logs', count(summary.logs)],
    ...summary.problemKinds.flatMap(({ code, count: times, what, try: cure }): [string, string][] => [
      ['problem', style.bad(`${code} ${count(times)}: ${what}`)],
      ['', `try: ${cure}`],
    ]),
    ...summary.hints.filter((text) => isNew(hinted, text)).map((text): [string, string] => ['hint', text]),
    ...shown(finished.files).map((file): [string, string] => [nameOf(file), sized(path.join(runDir, file))]),
  ]
  const lines = rows.map(([name, value]) => `  ${style.dim(name.padEnd(9))} ${value}`)
  const problems = summary.problems === 0 ? '' : `, ${style.bad(counted(summary.problems, 'problem'))}`
  return [
    `${style.bold(`provloom: run ${path.basename(runDir)}`)} ${status}${took}${problems}`,
    ...lines,
  ].join('\n')
}

function isNew(known: Set<string>, one: string): boolean {
  return !known.has(one) && known.add(one).size > 0
}

/** Folders stand for what is in them. */
function shown(files: readonly string[]): string[] {
  const first = (file: string): string => (file.includes('/') ? file.slice(0, file.indexOf('/')) : file)
  return [...new Set(files.map(first))]
}

function ranksInWords({ summary }: RunFinished): string {
  const last = new Map(summary.ranks.map((rank) => [rank.rank, rank]))
  const statuses = new Map<string, number>()
  for (const { status } of last.values()) statuses.set(status, (statuses.get(status) ?? 0) + 1)
  const by = [...statuses].map(([status, ranks]) => `${ranks} ${status}`).join(', ')
  const of = summary.worldSize === undefined ? '' : ` of ${summary.worldSize}`
  const refused = summary.ranksRefused === 0 ? '' : `${counted(summary.ranksRefused, 'rank')} not collected`
  const conflicts = summary.conflicts === 0 ? '' : counted(summary.conflicts, 'conflict')
  return `${last.size}${of} (${[by, refused, conflicts].filter((part) => part !== '').join(', ')})`
}

function nameOf(file: string): string {
  const names: Record<string, string> = { '.json': 'graph', '.dot': 'DOT', '.svg': 'picture' }
  if (file.startsWith('metrics')) return 'metrics'
  if (file.startsWith('artifacts')) return 'artifacts'
  if (file === 'run.json') return 'ledger'
  return names[path.extname(file)] ?? 'file'
}

function sized(file: string): string {
  try {
    const stat = fs.statSync(file)
    if (!stat.isDirectory()) return `${file} (${bytes(stat.size)})`
    return `${file}${path.sep} (${counted(fs.readdirSync(file).length, 'file')})`
  } catch {
    return file
  }
}
