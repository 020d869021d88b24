import type { Folded } from './fold.ts'
import { looks, type ShapeKind } from './palette.ts'
import { quoted } from './text.ts'

/** One thing the legend explains; `outline` is how it differs from the plain shape. */
export interface Sample {
  readonly kind: ShapeKind
  readonly outline: 'plain' | 'double' | 'dashed' | 'frame'
  readonly words: string
}

/** What needs to be explained: only what occurs in the picture. */
export function samplesOf({ blocks }: Folded, hasGroups: boolean): Sample[] {
  const shown = blocks.flatMap(({ members, rest }) => (rest ? [] : (members[0] ?? [])))
  const samples = (['entity', 'activity', 'agent', 'unknown'] as const)
    .filter((kind) => shown.some((element) => element.kind === kind))
    .map((kind): Sample => ({ kind, outline: 'plain', words: kind === 'unknown' ? 'not said' : kind }))
  if (blocks.some(({ members, rest }) => members.length > 1 && !rest)) {
    samples.push({ kind: 'unknown', outline: 'double', words: 'several alike' })
  }
  if (shown.some(({ declared, kind }) => !declared && kind !== 'unknown')) {
    samples.push({ kind: 'unknown', outline: 'dashed', words: 'named but not declared' })
  }
  if (hasGroups) samples.push({ kind: 'unknown', outline: 'frame', words: 'arrows hold for each inside' })
  return samples
}

/** The legend as part of a DOT text: a row of sample shapes. */
export function legendLines(folded: Folded, hasGroups: boolean): string[] {
  const samples = samplesOf(folded, hasGroups)
  if (samples.length === 0) return []
  return [
    'subgraph cluster_legend {',
    '  graph [label="", color="#CCCCCC", style=rounded, margin=8];',
    '  rank=same;',
    ...samples.map((sample, index) => `  "legend ${index}" [${sampleAttributes(sample)}];`),
    '}',
  ]
}

function sampleAttributes({ kind, outline, words }: Sample): string {
  const { shape, fill, line } = looks[kind]
  const styles = {
    plain: 'filled',
    double: 'filled',
    dashed: '"filled,dashed"',
    frame: '"filled,rounded"',
  } as const
  return [
    `shape=${outline === 'frame' ? 'box' : shape}`,
    `fillcolor="${outline === 'frame' ? '#FBFBF4' : fill}"`,
    `color="${line}"`,
    `style=${styles[outline]}`,
    `peripheries=${outline === 'double' ? 2 : 1}`,
    `fontsize=10, class=legend, label=${quoted(words)}`,
  ].join(', ')
}
