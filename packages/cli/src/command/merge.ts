import { describeConflict, merge, validate } from '@provloom/prov'
import type { ProvDocument } from '@provloom/prov'
import { exitCode, printable } from '@provloom/shared'
import { readDocument, writeDocument } from '../document-file.ts'
import { counted } from '../output/quantity.ts'
import { MANY_RECORDS, Working } from '../output/working.ts'

/** `provloom merge A B... -o OUT`. */
export async function mergeFiles(
  files: readonly string[],
  given: Readonly<Record<string, string | boolean | undefined>>,
): Promise<number> {
  const documents: ProvDocument[] = []
  const working = new Working()
  for (const [i, file] of files.entries()) {
    working.show(() => `reading document ${i + 1} of ${files.length}, ${file}`)
    documents.push(await readDocument(file))
  }
  const records = documents.reduce((sum, one) => sum + one.records.length, 0)
  working.phase(() => `putting ${counted(records, 'record')} together`, records > MANY_RECORDS)
  const { document, conflicts } = merge(documents)
  working.end()
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
