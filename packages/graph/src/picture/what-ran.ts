import { metricsOf, metricElements } from './metrics.ts'
import type { Course } from './metrics.ts'
import type { Line, Spark } from './picture.ts'
import { rankRows } from './rank-rows.ts'
import type { Node } from './run-graph.ts'
import { number, numbers, text } from './run-graph.ts'
import { alike, line } from './sketch.ts'
import type { Sketch } from './sketch.ts'
import { counted, duration, natural, plural, ranks } from './words.ts'

const contextsShown = 5
const attemptsShown = 4
const groupsShown = 2

/** The middle column: the run, and in it its ranks by how they ended, groups, contexts and what was measured in them. */
export function whatRan(sketch: Sketch, sparks: readonly Spark[]): void {
  const { graph } = sketch
  const attempts = [...graph.ofType('provloom:Attempt')].sort((a, b) => attemptOf(a) - attemptOf(b))
  const alone = attempts.length <= 1
  const commands = graph.ofType('prov:Plan')
  const courses = metricsOf(graph)
  const silent = courses.size === 0 ? [line('no metric was logged', '', 'quiet')] : []
  const run = sketch.add('ran', 'run', [graph.run, ...(alone ? attempts : []), ...commands], {
    lines: [...runLines(graph.run, commands), ...silent],
  })
  const all = graph.ofType('provloom:RankExecution')
  if (alone) rankRows(sketch, all, run)
  else attemptRows(sketch, attempts, all, run)
  groupRows(sketch, run)
  metricElements(sketch, courses.get('') ?? [], run, sparks)
  contextBoxes(sketch, courses, run, sparks)
}

function attemptOf(node: Node): number {
  return number(node, 'provloom:attempt') ?? 0
}

function runLines(run: Node, commands: readonly Node[]): Line[] {
  const status = text(run, 'provloom:status') ?? 'unknown'
  const lines = [line(statusWords(run), '', status === 'completed' || status === 'running' ? 'plain' : 'bad')]
  const [command] = commands
  if (command !== undefined)
    lines.push(
      line(
        command.label,
        commands.length > 1 ? `and ${plural(commands.length - 1, 'more command')}` : '',
        'quiet',
      ),
    )
  const absent = numbers(run, 'provloom:absentRank')
  if (absent.length > 0) lines.push(line(`${ranks(absent)} never came`, '', 'bad'))
  const elsewhere = numbers(run, 'provloom:elsewhereRank')
  if (elsewhere.length > 0) lines.push(line(`${ranks(elsewhere)} in another run of the job`, '', 'quiet'))
  const refused = number(run, 'provloom:ranksRefused') ?? 0
  if (refused > 0) lines.push(line(`${plural(refused, 'rank')} not collected`, '', 'quiet'))
  const dropped = number(run, 'provloom:eventsDropped') ?? 0
  if (dropped > 0)
    lines.push(
      line(
        `${plural(dropped, 'event')} dropped of ${counted(number(run, 'provloom:eventsSent') ?? 0)}`,
        '',
        'bad',
      ),
    )
  return lines
}

/** `completed in 3.7 s`, `failed after 3.2 s`, `running`. */
export function statusWords(run: Node): string {
  const status = text(run, 'provloom:status') ?? 'unknown'
  const took = duration(run.start, run.end)
  if (took === undefined || status === 'running') return status
  return `${status} ${status === 'completed' ? 'in' : 'after'} ${took}`
}

/** The first, and of many the last ones: they are what the run is by. */
function attemptRows(
  sketch: Sketch,
  attempts: readonly Node[],
  all: readonly Node[],
  run: string | undefined,
): void {
  const byAttempt = new Map(
    alike(all, (rank) => String(attemptOf(rank))).map((some) => [String(attemptOf(some[0]!)), some]),
  )
  const last = attempts.length > attemptsShown ? attempts.length - attemptsShown + 2 : 1
  for (const [i, attempt] of attempts.entries()) {
    if (i > 0 && i < last) continue
    const took = duration(attempt.start, attempt.end)
    const world = number(attempt, 'provloom:worldSize')
    const words = [world === undefined ? '' : plural(world, 'rank'), took ?? '']
      .filter((one) => one !== '')
      .join(', ')
    sketch.add('ran', 'attempt', [attempt], {
      label: `attempt ${attemptOf(attempt)}`,
      lines: [line('', words, 'quiet')],
      inside: run,
    })
    rankRows(sketch, byAttempt.get(String(attemptOf(attempt))) ?? [], run)
    if (i !== 0 || last === 1) continue
    const between = attempts.slice(1, last)
    const theirs = between.flatMap((one) => byAttempt.get(String(attemptOf(one))) ?? [])
    sketch.add('ran', 'more', [...between, ...theirs], {
      label: `and ${plural(between.length, 'more attempt')}`,
      inside: run,
    })
  }
}

function groupRows(sketch: Sketch, run: string | undefined): void {
  const groups = alike(sketch.graph.ofType('provloom:ProcessGroup'), groupWords)
  for (const group of groups.slice(0, groupsShown))
    sketch.add('ran', 'group', group, {
      label: groupWords(group[0]!),
      lines: [line('', seenWords(group), 'quiet')],
      inside: run,
    })
  const more = groups.slice(groupsShown)
  sketch.add('ran', 'more', more.flat(), {
    label: `and ${plural(more.length, 'more process group')}`,
    inside: run,
  })
}

function groupWords(group: Node): string {
  const library = text(group, 'provloom:library') ?? group.label
  const backend = text(group, 'provloom:backend')
  return backend === undefined ? library : `${library}, ${backend}`
}

function seenWords(groups: readonly Node[]): string {
  if (groups.length > 1) return plural(groups.length, 'group')
  const [group] = groups
  const world = group === undefined ? undefined : number(group, 'provloom:worldSize')
  const seen = group === undefined ? undefined : number(group, 'provloom:seenBy')
  if (world === undefined) return ''
  return seen === undefined || seen >= world
    ? `${plural(world, 'rank')} as one`
    : `${plural(world, 'rank')} as one, ${counted(seen)} seen`
}

function contextBoxes(
  sketch: Sketch,
  courses: ReadonlyMap<string, readonly Course[]>,
  run: string | undefined,
  sparks: readonly Spark[],
): void {
  const contexts = alike(sketch.graph.ofType('provloom:Context'), ({ label }) => label)
    .map((nodes) => ({
      nodes,
      label: nodes[0]!.label,
      begun: nodes.map(({ start = '~' }) => start).sort()[0]!,
    }))
    .sort((a, b) => natural(a.begun, b.begun) || natural(a.label, b.label))
  const shown = contexts.length > contextsShown ? contexts.slice(0, contextsShown - 1) : contexts
  for (const { nodes, label } of shown) {
    const box = sketch.add('ran', 'context', nodes, { label, lines: stepLines(nodes), inside: run })
    metricElements(sketch, courses.get(label) ?? [], box, sparks, label)
  }
  const more = contexts.slice(shown.length)
  const theirs = more.flatMap(({ nodes, label }) => [
    ...nodes,
    ...(courses.get(label) ?? []).flatMap(({ series }) => series),
  ])
  sketch.add('ran', 'more', theirs, { label: `and ${plural(more.length, 'more context')}`, inside: run })
}

function stepLines(contexts: readonly Node[]): Line[] {
  const first = contexts.flatMap((one) => number(one, 'provloom:firstStep') ?? [])
  const last = contexts.flatMap((one) => number(one, 'provloom:lastStep') ?? [])
  if (first.length === 0 || last.length === 0) return []
  const [from, to] = [first.reduce((a, b) => Math.min(a, b)), last.reduce((a, b) => Math.max(a, b))]
  return [line('', from === to ? `step ${counted(from)}` : `steps ${counted(from)}–${counted(to)}`, 'quiet')]
}
