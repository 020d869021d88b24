import { ProvloomError, exitCode } from '@provloom/shared'
import { readDocument, targetFormat, writeDocument } from '../document-file.ts'
import type { WriteOptions } from '../format.ts'

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
  await writeDocument(await readDocument(from, read), to, write, options)
  return exitCode.ok
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
