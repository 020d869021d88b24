import type { ProvDocument } from '@provloom/prov'
import { arrowsOf } from './arrows.ts'
import { cameOut } from './came-out.ts'
import { descriptionOf } from './description.ts'
import { margin, pageWidth, pairOf, placed } from './layout.ts'
import { foldedOf, machineryBoxes, people } from './machinery.ts'
import type { Box, FoldedCount, PictureElement, PictureOptions, RunPicture } from './picture.ts'
import { bondsOf } from './relations.ts'
import { RunGraph, numbers, text } from './run-graph.ts'
import { Sketch } from './sketch.ts'
import type { Draft } from './sketch.ts'
import { Takers } from './takers.ts'
import { clean, fitted, widthOf } from './text.ts'
import { statusWords, whatRan } from './what-ran.ts'
import { wentIn } from './went-in.ts'
import { counted, date, plural } from './words.ts'

const footRowsMax = 4
const footSize = 11
const footRow = 15

/**
 * What a person wants to see of a run: what went into it, what ran, what came out, with values; alike ranks as one and what
 * recorded them folded, so that a thousand ranks are no larger than four. A pure function of document and options.
 *
 * @returns undefined for a document that is no record of one run in our format; `draw` of `@provloom/prov/draw` has any
 */
export function pictureOf(document: ProvDocument, options: PictureOptions = {}): RunPicture | undefined {
  const graph = RunGraph.read(document)
  if (graph === undefined) return undefined
  const sketch = new Sketch(graph, options)
  const takers = new Takers(graph)
  wentIn(sketch, takers)
  whatRan(sketch, options.sparks ?? [])
  cameOut(sketch, takers)
  people(sketch)
  if (options.machinery === true) machineryBoxes(sketch)
  const bonds = bondsOf(sketch)
  const { boxes, headings, rule, footTop } = placed(
    sketch.drafts,
    new Set(bonds.map(({ from, to }) => pairOf(from, to))),
  )
  const elements = sketch.drafts.map((draft) => elementOf(draft, boxes.get(draft.id)))
  const folded = foldedOf(sketch)
  const rows = footRows(folded)
  const { length } = document.records.filter(
    ({ kind }) => kind !== 'entity' && kind !== 'activity' && kind !== 'agent',
  )
  const title = clean(options.title ?? graph.run.label)
  const subtitle = subtitleOf(graph, elements.length)
  return {
    title,
    subtitle,
    description: descriptionOf(title, subtitle, elements, folded),
    size: [pageWidth, footTop + 16 + rows.length * footRow + 8],
    headings,
    elements,
    relations: arrowsOf(elements, bonds),
    folded,
    foot: { y: footTop + 24, rows, rule },
    total: { elements: graph.nodes.length, relations: length },
  }
}

function elementOf(draft: Draft, box: Box = [0, 0, 0, 0]): PictureElement {
  const { id, kind, part, types, label, lines, count, ids, inside, spark } = draft
  return {
    id,
    kind,
    part,
    types,
    label,
    lines,
    count,
    ids,
    ...(inside === undefined ? {} : { inside }),
    ...(spark === undefined ? {} : { spark }),
    box,
  }
}

/** `completed in 3.7 s · 4 ranks on vm · 26 Nov 2026 19:57 UTC · 75 elements, drawn as 13`. */
function subtitleOf(graph: RunGraph, drawn: number): string {
  const { run } = graph
  const ranks = new Set(
    graph.ofType('provloom:RankExecution').flatMap((rank) => numbers(rank, 'provloom:globalRank')),
  ).size
  const hosts = graph.ofType('provloom:Host')
  const where =
    hosts.length === 1
      ? ` on ${hosts[0]!.label}`
      : hosts.length > 1
        ? ` on ${plural(hosts.length, 'host')}`
        : ''
  const recoveries = graph.ofType('provloom:Recovery').length
  return [
    statusWords(run),
    `${plural(ranks, 'rank')}${where}`,
    date(run.start) ?? '',
    recoveries === 0 ? '' : `recovered${recoveries === 1 ? '' : ` ${recoveries} times`}`,
    `${plural(graph.nodes.length, 'element')}, drawn as ${counted(drawn)}`,
    text(run, 'provloom:runName') ?? '',
  ]
    .filter((one) => one !== '')
    .join(' · ')
}

/** One grey sentence over as many rows as it needs; what is cut of it is told in the picture's description. */
function footRows(folded: readonly FoldedCount[]): string[] {
  if (folded.length === 0) return []
  const words = folded.map((one) => one.words)
  const room = pageWidth - 2 * margin
  const rows: string[] = []
  let row = 'folded: '
  for (const [i, word] of [...words, 'provloom draw --machinery'].entries()) {
    const next = `${row}${i === 0 ? '' : i === words.length ? ' · ' : ', '}${word}`
    if (i === 0 || widthOf(next, footSize) <= room) row = next
    else {
      rows.push(`${row}${i === words.length ? '' : ','}`)
      row = word
    }
  }
  return [...rows, row].slice(0, footRowsMax).map((one) => fitted(one, room, footSize))
}
