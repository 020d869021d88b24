import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A Python that has the package `prov`; tests that need one are skipped, by name, where it is not given. */
export const judgePython: string | undefined = process.env['PROVLOOM_TEST_PYTHON']
export const skippedWithoutJudge: string = judgePython
  ? ''
  : ' (skipped: PROVLOOM_TEST_PYTHON names no Python with the package prov)'

export interface Verdict {
  /** Why Python refused the document, or null. */
  readonly error: string | null
  /** What the schema says against it; empty when it is valid or when there is no schema. */
  readonly invalid: string
  readonly json: string
  readonly provn: string
  readonly xml: string
}

/** What Python's `prov` reads in documents, by file name, written again by it in each of its formats. */
export function judged(
  documents: ReadonlyMap<string, string>,
  xsd: readonly string[] = [],
): Map<string, Verdict> {
  const folder = mkdtempSync(path.join(tmpdir(), 'provloom-judge-'))
  try {
    for (const [name, text] of documents) writeFileSync(path.join(folder, name), text)
    const script = path.join(import.meta.dirname, 'judge.py')
    execFileSync(judgePython ?? 'python3', [script, folder, ...xsd], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    return new Map(Array.from(documents.keys(), (name) => [name, verdictOf(path.join(folder, name))]))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function verdictOf(file: string): Verdict {
  const content = (ending: string): string =>
    existsSync(`${file}${ending}`) ? readFileSync(`${file}${ending}`, 'utf8') : ''
  const error = content('.error')
  return {
    error: error === '' ? null : error,
    invalid: content('.invalid'),
    json: content('.out.json'),
    provn: content('.out.provn'),
    xml: content('.out.xml'),
  }
}
