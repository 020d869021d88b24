import path from 'node:path'
import { draw, renderSvg } from '@provloom/prov/draw'
import type { DrawOptions } from '@provloom/prov/draw'
import { ProvloomError, exitCode } from '@provloom/shared'
import { readDocument, writeOut } from '../document-file.ts'

/** `provloom draw FILE -o out.svg|out.dot`. */
export async function drawFile(
  file: string,
  given: Readonly<Record<string, string | boolean | undefined>>,
): Promise<number> {
  const output = typeof given['output'] === 'string' ? given['output'] : '-'
  const ending = output === '-' ? '.svg' : path.extname(output).toLowerCase()
  if (ending !== '.svg' && ending !== '.dot') {
    throw new ProvloomError('BAD_OPTION', `A picture is .svg or .dot, not ${output}`, {
      doing: 'draw a document',
      to: output,
      hint: 'Name the output out.svg or out.dot.',
    })
  }
  const document = await readDocument(file, typeof given['from'] === 'string' ? given['from'] : undefined)
  const options: DrawOptions = {
    full: given['full'] === true,
    attributes: given['attributes'] === true,
    ...(typeof given['title'] === 'string' ? { title: given['title'] } : {}),
  }
  await writeOut(output, [ending === '.dot' ? draw(document, options) : await renderSvg(document, options)])
  return exitCode.ok
}
