import fs from 'node:fs'
import path from 'node:path'
import { once } from 'node:events'
import type { ProvDocument } from '@provloom/prov'
import { ProvError, chunked } from '@provloom/prov'
import { ProvloomError, reasonOf, systemFiles, writeDurably } from '@provloom/shared'
import { formatNamed, formatNames, formatOfFile } from './format.ts'
import type { Format, WriteOptions } from './format.ts'
import { pathMeant } from './look/options.ts'

/** What is done with a document's bytes before they are read. */
export type Mending = (bytes: Buffer, file: string) => Buffer

/**
 * Reads a document from a file, of a run that is meant by its directory, name or id, or from standard input for `-`.
 *
 * @param named the format, when the ending does not tell
 * @throws {ProvloomError} `FILE_UNREADABLE` with the place in the file, what was expected and what was found
 */
export async function readDocument(file: string, named?: string, mending?: Mending): Promise<ProvDocument> {
  const run = documentOf(file, named)
  if (run !== file) return readDocument(run, named, mending)
  const format = formatFor(file, named, 'from')
  const shown = file === '-' ? 'standard input' : file
  let bytes: Buffer
  try {
    bytes = file === '-' ? await standardInput() : fs.readFileSync(file)
  } catch (error) {
    throw unreadable(shown, reasonOf(error), 'Check the path.')
  }
  if (mending !== undefined && format.name !== 'json') {
    throw new ProvloomError(
      'BAD_OPTION',
      `--base and --mend are for PROV-JSON, and ${shown} is ${format.title}`,
      {
        doing: 'mend a document',
        to: shown,
        hint: 'Convert it to PROV-JSON first.',
      },
    )
  }
  try {
    return await format.read(mending === undefined ? bytes : mending(bytes, shown))
  } catch (error) {
    if (!(error instanceof ProvError)) throw error
    throw unreadable(
      shown,
      error.message,
      error.hint ?? `It was read as ${format.title}; --from names another format.`,
    )
  }
}

/** A run's, where that is meant by its directory, name or id, else the file. */
export function documentOf(word: string, named: string | undefined): string {
  if (word === '-') return word
  const document = path.join(word, 'prov.json')
  if (fs.existsSync(document)) return document
  const isFile = fs.existsSync(word) || named !== undefined || formatOfFile(word) !== undefined
  return isFile ? word : path.join(pathMeant(word), 'prov.json')
}

/** The format that a document is to be written in. */
export function targetFormat(file: string, named?: string): Format {
  return formatFor(file, named, 'to')
}

/** Writes a document, whole or not at all; `-` is standard output. */
export async function writeDocument(
  document: ProvDocument,
  file: string,
  named?: string,
  options: WriteOptions = {},
): Promise<void> {
  const format = targetFormat(file, named)
  if (format.write === undefined) {
    throw new ProvloomError('BAD_OPTION', `${format.title} can be read but not written`, {
      doing: 'write the document',
      to: file,
      hint: `Formats: ${formatNames}.`,
    })
  }
  const tell = (words: string): void => void process.stderr.write(`provloom: ${words}\n`)
  try {
    await writeOut(file, format.write(document, tell, options))
  } catch (error) {
    if (!(error instanceof ProvError)) throw error
    const what = options.source ?? 'this document'
    throw new ProvloomError('BAD_OPTION', `${format.title} cannot hold ${what}: ${error.message}`, {
      doing: 'write the document',
      to: file,
      hint: error.hint ?? 'PROV-JSON can hold it.',
    })
  }
}

/** Text to a file, durably and whole, or to standard output for `-`. */
export async function writeOut(
  file: string,
  pieces: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  if (file === '-') {
    for await (const piece of pieces) {
      if (!process.stdout.write(piece)) await once(process.stdout, 'drain')
    }
    return
  }
  const chunks: Buffer[] = []
  for await (const piece of pieces) chunks.push(Buffer.from(piece, 'utf8'))
  try {
    await writeDurably(systemFiles(), file, chunks, 'umask')
  } catch (error) {
    throw new ProvloomError('FILE_UNWRITABLE', `Could not write ${file}`, {
      doing: 'write the document',
      to: file,
      cause: error,
      hint: 'Check that the folder exists and may be written.',
    })
  }
}

/** Small pieces joined, for writers that give a word at a time. */
export { chunked }

function formatFor(file: string, named: string | undefined, direction: 'from' | 'to'): Format {
  const format = named === undefined ? formatOfFile(file) : formatNamed(named)
  if (format !== undefined) return format
  const what = named === undefined ? `The ending of ${file} tells no format` : `There is no format ${named}`
  throw new ProvloomError('BAD_OPTION', what, {
    doing: 'choose a format',
    to: path.basename(file),
    hint: `Name one with --${direction}: ${formatNames}.`,
  })
}

function unreadable(file: string, reason: string, hint: string): ProvloomError {
  return new ProvloomError('FILE_UNREADABLE', `Could not read ${file}: ${reason}`, {
    doing: 'read a document',
    to: file,
    hint,
  })
}

async function standardInput(): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
