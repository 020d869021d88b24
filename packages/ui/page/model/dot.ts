import type { GraphAnswer } from '@provloom/reader'

/** What is shown, for Graphviz. */
export function dotOf({ elements, relations }: GraphAnswer): string {
  const shapes = { entity: 'box, style=rounded', activity: 'box', agent: 'house' } as const
  const lines = [
    ...elements.map(({ id, kind, label, lines: more, count }) => {
      const words = [count > 1 ? `${label} ×${count}` : label, ...more].join('\n')
      return `  ${quoted(id)} [shape=${shapes[kind]}, label=${quoted(words)}]`
    }),
    ...relations.map(({ from, to, kind }) => `  ${quoted(from)} -> ${quoted(to)} [label=${quoted(kind)}]`),
  ]
  return `digraph run {\n  rankdir=RL\n${lines.join('\n')}\n}\n`
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`
}
