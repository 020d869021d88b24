import { exitCode } from '@provloom/shared'
import { readDocument, writeDocument } from '../document-file.ts'

/** `provloom convert IN OUT`. */
export async function convertFile(
  from: string,
  to: string,
  given: Readonly<Record<string, string | boolean | undefined>>,
): Promise<number> {
  const read = typeof given['from'] === 'string' ? given['from'] : undefined
  const write = typeof given['to'] === 'string' ? given['to'] : undefined
  await writeDocument(await readDocument(from, read), to, write)
  return exitCode.ok
}
