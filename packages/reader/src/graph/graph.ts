import { pictureOf, svgOf } from '@provloom/graph/picture'
import type { PictureElement, PictureRelation, RunPicture, SvgOptions } from '@provloom/graph/picture'
import { writeJson } from '@provloom/prov'
import { ProvloomError, limits } from '@provloom/shared'
import type { GraphAnswer, GraphChosen, GraphQuery } from '../answer/graph.ts'
import type { RunDocument } from '../document/document.ts'
import type { KnownRun } from '../folder/folder.ts'
import { stepsDown, stepsUp } from '../lineage/steps.ts'
import { around } from './around.ts'

/** What is looked at, as a picture. */
interface Look {
  readonly picture: RunPicture
  /** Elements that would be in it and are not, for there are too many. */
  readonly more: number
  /** In the document, of the one that was asked for. */
  readonly chosen: string | undefined
}

/** @throws {ProvloomError} `BAD_QUERY` for an element that there is not, `FILE_UNREADABLE` for a graph of another format */
export function answerGraph(run: KnownRun, document: RunDocument, query: GraphQuery): GraphAnswer {
  const { picture, more, chosen } = lookAt(run, document, query)
  return {
    ...drawn(picture),
    more,
    total: { elements: document.elements.size, relations: document.relationCount },
    asOf: new Date(document.writtenMs).toISOString(),
    ...(chosen === undefined ? {} : { chosen: chosenOf(run, document, chosen) }),
  }
}

/** The same as a picture. @throws {ProvloomError} as above */
export function drawGraph(
  run: KnownRun,
  document: RunDocument,
  { theme, ...query }: GraphQuery & SvgOptions,
): string {
  return svgOf(lookAt(run, document, query).picture, theme === undefined ? {} : { theme })
}

/**
 * What is shown as PROV-JSON: the elements that the drawn ones stand for, with all that is said between them.
 *
 * @throws {ProvloomError} as above
 */
export function documentOfGraph(run: KnownRun, document: RunDocument, query: GraphQuery): string {
  const { picture } = lookAt(run, document, query)
  return writeJson(document.among(new Set(picture.elements.flatMap(({ ids }) => ids))))
}

function lookAt(run: KnownRun, document: RunDocument, query: GraphQuery): Look {
  const { at, fold = 'alike' } = query
  if (fold === 'none') {
    const id = at === undefined ? 'run:run' : idOf(document, at)
    return { ...around(document, id, query), chosen: at === undefined ? undefined : id }
  }
  const picture = pictureFor(run, document, query)
  if (at === undefined) return { ...bounded(picture), chosen: undefined }
  const known = drawnAt(picture, at)
  // One that is folded away is told all the same.
  const kept = known === undefined ? picture : partOf(picture, known.id, query)
  return { ...bounded(kept), chosen: known?.id ?? idOf(document, at) }
}

function pictureFor(
  { name, file, directory }: KnownRun,
  document: RunDocument,
  query: GraphQuery,
): RunPicture {
  const sparks = file.head?.metrics.shown ?? []
  const picture = pictureOf(document.source, { title: name, machinery: query.machinery === true, sparks })
  if (picture !== undefined) return picture
  throw new ProvloomError('FILE_UNREADABLE', `The graph of ${name} is no record of a run that is known`, {
    doing: 'draw the graph',
    to: directory,
    hint: 'provloom draw draws any PROV document.',
  })
}

function idOf(document: RunDocument, at: string): string {
  if (document.element(at) !== undefined) return at
  const labelled = [...document.elements.values()].find(({ label }) => label === at)
  if (labelled === undefined) throw noElement(at)
  return labelled.id
}

function drawnAt({ elements }: RunPicture, at: string): PictureElement | undefined {
  return (
    elements.find(({ id }) => id === at) ??
    elements.find(({ label }) => label === at) ??
    elements.find(({ ids }) => ids.includes(at))
  )
}

function chosenOf(run: KnownRun, document: RunDocument, id: string): GraphChosen {
  const element = document.element(id)
  const facts =
    element === undefined
      ? {}
      : { ...element.facts('prov'), ...element.facts('schema'), ...element.facts('provloom') }
  return { id, facts, up: stepsUp(run, document, id), down: stepsDown(run, document, id) }
}

/** What the element came of and what came of it, and what these are drawn in. */
function partOf(picture: RunPicture, id: string, { up = 'all', down = 1 }: GraphQuery): RunPicture {
  const kept = new Set([
    ...reached(picture, id, up, ({ from, to }) => [from, to]),
    ...reached(picture, id, down, ({ from, to }) => [to, from]),
  ])
  const inside = new Map(picture.elements.map((one) => [one.id, one.inside]))
  for (const one of kept) {
    const outer = inside.get(one)
    if (outer !== undefined) kept.add(outer)
  }
  return {
    ...picture,
    elements: picture.elements.filter((one) => kept.has(one.id)),
    relations: picture.relations.filter(({ from, to }) => kept.has(from) && kept.has(to)),
  }
}

function reached(
  { relations }: RunPicture,
  id: string,
  far: number | 'all',
  ends: (relation: PictureRelation) => readonly [from: string, to: string],
): Set<string> {
  const next = new Map<string, string[]>()
  for (const [from, to] of relations.map(ends)) next.set(from, [...(next.get(from) ?? []), to])
  const found = new Set([id])
  let edge = [id]
  for (let distance = 1; edge.length > 0; distance++) {
    if (far !== 'all' && distance > far) break
    edge = edge.flatMap((one) => next.get(one) ?? []).filter((one) => !found.has(one))
    for (const one of edge) found.add(one)
  }
  return found
}

/** The first elements of a picture, as many as may be laid out at once. */
function bounded(picture: RunPicture): Pick<Look, 'picture' | 'more'> {
  const elements = picture.elements.slice(0, limits.elementsShownMax)
  const more = picture.elements.length - elements.length
  if (more === 0) return { picture, more }
  const kept = new Set(elements.map(({ id }) => id))
  const relations = picture.relations.filter(({ from, to }) => kept.has(from) && kept.has(to))
  return { picture: { ...picture, elements, relations }, more }
}

/** Of those that are folded the first ones. */
const foldedTold = 64

function drawn({
  elements,
  relations,
  size: [width, height],
}: RunPicture): Pick<GraphAnswer, 'elements' | 'relations' | 'box' | 'width' | 'height'> {
  return {
    elements: elements.map(({ id, kind, types, label, lines, count, ids, inside, spark }) => ({
      id,
      kind,
      types,
      label,
      lines: lines.map(({ name, value }) => [name, value].filter((one) => one !== '').join(' ')),
      count,
      folded: ids.slice(0, foldedTold),
      ...(inside === undefined ? {} : { inside }),
      ...(spark === undefined ? {} : { spark }),
    })),
    relations: relations.map(({ from, to, kind, count }) => ({ from, to, kind, count })),
    box: Object.fromEntries(elements.map(({ id, box }) => [id, box])),
    width,
    height,
  }
}

function noElement(at: string): ProvloomError {
  return new ProvloomError('BAD_QUERY', `There is no element ${at} in the graph`, {
    doing: 'look at an element',
    to: at,
    hint: 'Name one by its id in prov.json, run:run say, or by its label.',
  })
}
