import type { Line } from './picture.ts'
import type { Node } from './run-graph.ts'
import { number, text } from './run-graph.ts'
import { line } from './sketch.ts'
import type { Takers } from './takers.ts'
import { counted, natural, number as shown } from './words.ts'

const linesShown = 12

/** What people ask for first, when not all find place. */
const askedFirst = /^(?:lr|learning[_-]?rate|batch[_-]?size|batch|epochs?|steps|seed|optimi[sz]er|model)$/i

/** A list of settings: each key once, with its value or how its values differ. */
export function valueLines(takers: Takers, settings: readonly Node[]): Line[] {
  const byName = new Map<string, Node[]>()
  for (const node of settings) {
    const contexts = takers.contextsOf(takers.usersOf(node))
    const name = contexts.length === 0 ? node.label : `${node.label} (${contexts.join(', ')})`
    const known = byName.get(name)
    if (known === undefined) byName.set(name, [node])
    else known.push(node)
  }
  const names = [...byName.keys()].sort(natural)
  if (names.length <= linesShown) return names.map((name) => lineOf(name, byName.get(name) ?? []))
  const first = names.filter((name) => askedFirst.test(name))
  const kept = new Set([...first, ...names.filter((name) => !askedFirst.test(name))].slice(0, linesShown - 1))
  const lines = names.filter((name) => kept.has(name)).map((name) => lineOf(name, byName.get(name) ?? []))
  return [...lines, line(`and ${counted(names.length - kept.size)} more`, '', 'quiet')]
}

/** Values that a name has: one, a range, or some of them. */
function lineOf(name: string, nodes: readonly Node[]): Line {
  const values = [...new Set(nodes.map((node) => text(node, 'prov:value') ?? ''))].sort(natural)
  const [first = '', second = ''] = values
  if (values.length === 1) return line(name, first === '' ? '""' : first)
  const numbers = nodes.map((node) => number(node, 'prov:value'))
  const finite = numbers.filter((one) => one !== undefined && Number.isFinite(one)).map(Number)
  if (finite.length === nodes.length) {
    const [least, most] = finite.reduce(
      ([low, high], one) => [Math.min(low, one), Math.max(high, one)],
      [Infinity, -Infinity],
    )
    return line(name, `${shown(least)} to ${shown(most)}, ${counted(values.length)} values`)
  }
  return line(
    name,
    values.length === 2 ? `${first}, ${second}` : `${first}, … ${counted(values.length)} values`,
  )
}
