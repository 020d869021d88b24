import { validate } from '@provloom/prov'
import type { ProvDocument } from '@provloom/prov'
import { ProvloomError, exitCode, say } from '@provloom/shared'
import { readDocument, targetFormat, writeDocument } from '../document-file.ts'
import type { Mending } from '../document-file.ts'
import type { WriteOptions } from '../format.ts'
import { mend as mendJson } from '../mend/mend.ts'

/** `provloom convert IN OUT`. */
export async function convertFile(
  from: string,
  to: string,
  given: Readonly<Record<string, string | boolean | undefined>>,
): Promise<number> {
  const read = typeof given['from'] === 'string' ? given['from'] : undefined
  const write = typeof given['to'] === 'string' ? given['to'] : undefined
  const options =
    given['context'] === undefined ? {} : contextOf(given['context'], targetFormat(to, write).name)
  const document = await readDocument(from, read, mendingOf(given))
  if (given['mend'] === true) tellLeft(document, from)
  await writeDocument(document, to, write, { ...options, source: from === '-' ? 'standard input' : from })
  return exitCode.ok
}

/** `--base` and `--mend`: what they changed is told on standard error. */
function mendingOf({
  base,
  mend,
}: Readonly<Record<string, string | boolean | undefined>>): Mending | undefined {
  if (typeof base !== 'string' && mend !== true) return undefined
  if (typeof base === 'string' && !/^[A-Za-z][A-Za-z\d+.-]*:[^\s<>"]*[/#:=?]$/.test(base)) {
    throw new ProvloomError(
      'BAD_OPTION',
      `--base must be an IRI that ends in / or #, not ${JSON.stringify(base)}`,
      {
        doing: 'read the options',
        to: '--base',
        hint: 'As in: --base http://www.example.org/old/',
      },
    )
  }
  return (bytes, file) => {
    const mended = mendJson(bytes, file, typeof base === 'string' ? base : undefined, mend === true)
    for (const line of mended.changes) say(`provloom: ${file}: ${line}`)
    if (mended.changes.length === 0) say(`provloom: ${file}: there is nothing to mend`)
    return mended.bytes
  }
}

function tellLeft(document: ProvDocument, file: string): void {
  const violations = validate(document)
  if (violations.length > 0)
    say(`provloom: ${file}: it is still not valid (${violations.length}): provloom validate says why`)
}

/** Refused before anything is read: another format has no context that could be inside. */
function contextOf(given: string | boolean, format: string): WriteOptions {
  const refused = (message: string, hint: string): ProvloomError =>
    new ProvloomError('BAD_OPTION', message, { doing: 'read the command line', hint })
  if (given !== 'inline' && given !== 'address')
    throw refused(`--context is inline or address, not ${given}`, 'Leave it out for the address.')
  if (format !== 'jsonld')
    throw refused(
      `Only PROV-JSONLD has a context, not ${format}`,
      'Leave --context out, or write --to jsonld.',
    )
  return { context: given }
}
