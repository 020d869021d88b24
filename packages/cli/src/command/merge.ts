import { describeConflict, merge, validate } from '@provloom/prov'
import type { ProvDocument } from '@provloom/prov'
import { exitCode, printable } from '@provloom/shared'
import { readDocument, writeDocument } from '../document-file.ts'
import { counted } from '../output/quantity.ts'

/** `provloom merge A B... -o OUT`. */
export async function mergeFiles(
  files: readonly string[],
  given: Readonly<Record<string, string | boolean | undefined>>,
): Promise<number> {
  const documents: ProvDocument[] = []
  for (const file of files) documents.push(await readDocument(file))
  const { document, conflicts } = merge(documents)
  const output = typeof given['output'] === 'string' ? given['output'] : '-'
  await writeDocument(document, output, typeof given['to'] === 'string' ? given['to'] : undefined)
  const told = conflicts.map((conflict) => describeConflict(conflict, files))
  // Standard output may be the document itself.
  const violations = conflicts.length > 0 ? [] : validate(document).map((violation) => violation.why)
  const stream = output === '-' ? process.stderr : process.stdout
  if (given['json'] === true) {
    stream.write(
      `${JSON.stringify({ documents: files, records: document.records.length, conflicts: told, violations })}\n`,
    )
  } else {
    for (const line of told) process.stderr.write(`provloom: conflict: ${printable(line)}\n`)
    for (const why of violations)
      process.stderr.write(`provloom: together they are not valid: ${printable(why)}\n`)
    stream.write(
      `${counted(files.length, 'document')}, ${counted(document.records.length, 'record')}, ${counted(conflicts.length, 'conflict')}\n`,
    )
  }
  return conflicts.length + violations.length === 0 ? exitCode.ok : exitCode.failed
}
