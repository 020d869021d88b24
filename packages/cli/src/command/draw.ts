import path from 'node:path'
import { pictureOf, svgOf } from '@provloom/graph/picture'
import type { Spark } from '@provloom/graph/picture'
import type { ProvDocument } from '@provloom/prov'
import { draw, renderSvg } from '@provloom/prov/draw'
import { readRunFile } from '@provloom/rundir'
import { ProvloomError, exitCode } from '@provloom/shared'
import { documentOf, readDocument, writeOut } from '../document-file.ts'
import { counted } from '../output/quantity.ts'
import { MANY_RECORDS, Working } from '../output/working.ts'

type Given = Readonly<Record<string, string | boolean | undefined>>

/**
 * `provloom draw FILE -o out.svg|out.dot`. A document that says that it is the record of a run has a picture of its own;
 * any other, and with `--full` every one, is laid out as a graph.
 */
export async function drawFile(word: string, given: Given): Promise<number> {
  const output = typeof given['output'] === 'string' ? given['output'] : '-'
  const ending = endingOf(output)
  const theme = themeOf(given)
  const format = typeof given['from'] === 'string' ? given['from'] : undefined
  const file = documentOf(word, format)
  const document = await readDocument(file, format)
  const working = new Working()
  const { length } = document.records
  working.phase(() => `drawing ${counted(length, 'record')}`, length > MANY_RECORDS)
  const text = ending === '.dot' ? dotOf(document, given) : await svgText(document, file, given, theme)
  working.end()
  await writeOut(output, [text])
  return exitCode.ok
}

function endingOf(output: string): '.svg' | '.dot' {
  const ending = output === '-' ? '.svg' : path.extname(output).toLowerCase()
  if (ending === '.svg' || ending === '.dot') return ending
  throw new ProvloomError('BAD_OPTION', `A picture is .svg or .dot, not ${output}`, {
    doing: 'draw a document',
    to: output,
    hint: 'Name the output out.svg or out.dot.',
  })
}

function themeOf({ theme }: Given): 'light' | 'dark' | undefined {
  if (theme === undefined || theme === 'light' || theme === 'dark') return theme
  throw new ProvloomError('BAD_OPTION', `There is no theme ${String(theme)}`, {
    doing: 'draw a document',
    hint: 'Themes: light, dark.',
  })
}

async function svgText(
  document: ProvDocument,
  file: string,
  given: Given,
  theme: 'light' | 'dark' | undefined,
): Promise<string> {
  const sparks = given['full'] === true ? [] : sparksBeside(file, document)
  const picture =
    given['full'] === true
      ? undefined
      : pictureOf(document, {
          ...titleIn(given),
          machinery: given['machinery'] === true,
          attributes: given['attributes'] === true,
          sparks,
        })
  if (picture !== undefined) return svgOf(picture, theme === undefined ? {} : { theme })
  refuse(given)
  return renderSvg(document, graphOptions(given))
}

function dotOf(document: ProvDocument, given: Given): string {
  refuse(given)
  return draw(document, graphOptions(given))
}

/** What a graph cannot show is not left out in silence. */
function refuse({ machinery, theme }: Given): void {
  const [option] = [
    ...(machinery === true ? ['--machinery'] : []),
    ...(theme === undefined ? [] : ['--theme']),
  ]
  if (option === undefined) return
  throw new ProvloomError('BAD_OPTION', `${option} is of the picture of a run`, {
    doing: 'draw a document',
    hint: 'A document that is no record of a run, --full and .dot are drawn as a graph.',
  })
}

function graphOptions(given: Given): { full: boolean; attributes: boolean; title?: string } {
  return { full: given['full'] === true, attributes: given['attributes'] === true, ...titleIn(given) }
}

function titleIn({ title }: Given): { readonly title?: string } {
  return typeof title === 'string' ? { title } : {}
}

/** Courses of metrics, which no document holds: run.json beside it has them, where it is of the same run. */
function sparksBeside(file: string, document: ProvDocument): readonly Spark[] {
  const folder = path.basename(file) === 'prov.json' ? path.dirname(file) : file
  try {
    const { runId, head } = readRunFile(folder)
    const isOfRun = document.records.some(({ attributes }) =>
      attributes.some(([, value]) => value.type === 'text' && value.text === runId),
    )
    return isOfRun ? (head?.metrics.shown ?? []) : []
  } catch {
    // Without it the picture has where they began and ended.
    return []
  }
}
