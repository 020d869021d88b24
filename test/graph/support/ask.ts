import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { judgePython } from '../../support/needs.ts'
import type { Answer } from './answers.ts'

interface Asked {
  readonly rows: readonly (readonly (readonly [lexical: string, datatype: string] | null)[])[]
  readonly ms: number
}

/** Answers and times in milliseconds, by document and query. */
export type Answers = ReadonlyMap<
  string,
  ReadonlyMap<string, { readonly answer: Answer; readonly ms: number }>
>

/** What rdflib says to queries, of documents in Turtle. */
export function askRdflib(
  documents: ReadonlyMap<string, string>,
  queries: readonly (readonly [key: string, text: string])[],
): Answers {
  if (judgePython === undefined) throw new Error('PROVLOOM_TEST_PYTHON is not set')
  const place = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-ask-'))
  try {
    return answersIn(said(judgePython, place, documents, queries))
  } finally {
    fs.rmSync(place, { recursive: true })
  }
}

type Said = Readonly<Record<string, Readonly<Record<string, Asked>>>>

function said(
  python: string,
  place: string,
  documents: ReadonlyMap<string, string>,
  queries: readonly (readonly [key: string, text: string])[],
): Said {
  const files = [...documents].map(([name, turtle], i) => {
    const file = path.join(place, `${i}.ttl`)
    fs.writeFileSync(file, turtle)
    return [name, file] as const
  })
  const { status, stdout, stderr } = spawnSync(python, [path.join(import.meta.dirname, 'ask.py')], {
    input: JSON.stringify({ files: Object.fromEntries(files), queries }),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (status !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as Said
}

function answersIn(said: Said): Answers {
  return new Map(
    Object.entries(said).map(([name, answers]) => [
      name,
      new Map(
        Object.entries(answers).map(([key, { rows, ms }]) => [
          key,
          { ms, answer: rows.map((row) => row.map(cell).join(' ').trimEnd()) },
        ]),
      ),
    ]),
  )
}

function cell(term: readonly [lexical: string, datatype: string] | null): string {
  return term === null ? '' : plain(...term)
}

/** As the page writes it: numbers as JavaScript has them, times in UTC without its name, of an IRI the last word. */
export function plain(lexical: string, datatype: string): string {
  const type = datatype.slice(datatype.indexOf('#') + 1)
  if (['int', 'integer', 'long', 'double', 'decimal', 'float'].includes(type)) return String(Number(lexical))
  if (type === 'dateTime') return new Date(lexical).toISOString().replace('Z', '')
  if (datatype === '' && /^(?:https?|urn):/.test(lexical)) return lexical.replace(/^.*[/#]/, '')
  return lexical
}
