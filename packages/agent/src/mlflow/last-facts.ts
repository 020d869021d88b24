import fs from 'node:fs'
import path from 'node:path'
import { fieldsIn, fieldsOf, systemClock } from '@provloom/shared'
import type { ProblemCode } from '@provloom/shared'
import type { SessionFolder } from '../session/folder.ts'
import { OwnStream } from '../spool/own-stream.ts'
import type { Fact } from '../spool/own-stream.ts'
import { textIn, writeSmall } from '../spool/small-file.ts'
import { KeptFiles } from './kept-files.ts'
import { isWorthIt, recordTag } from './run-tags.ts'

/** What of an MLflow run is recorded when it ends, as it is then. */
export interface LastFacts {
  /** Folder that its client puts its artifacts in; undefined where that is not this machine's. */
  readonly folder: string | undefined
  readonly tags: ReadonlyMap<string, string>
}

/**
 * Says on disk what is not recorded yet: where its agent is killed, whoever hands the session in records it. Told anew with
 * each tag; on a disk that is full it is not.
 */
export function noteLastFacts({ root }: SessionFolder, { folder, tags }: LastFacts): void {
  try {
    writeSmall(noteIn(root), { folder: folder ?? null, tags: [...tags].filter(([key]) => isWorthIt(key)) })
  } catch {
    // The worker comes first.
  }
}

/** It is recorded. */
export function forgetLastFacts({ root }: SessionFolder): void {
  fs.rmSync(noteIn(root), { force: true })
}

/**
 * Records what an agent that was killed has left of a session: files that MLflow's client was told were stored, and tags.
 *
 * @throws the system's error; then nothing of it is forgotten
 */
export function recordLeftBehind(session: SessionFolder): void {
  const text = textIn(noteIn(session.root))
  if (text === undefined) return
  const fields = fieldsIn(text)
  const [folder, tags] = [fields.get('folder'), fields.get('tags')]
  const stream = new OwnStream(systemClock(), session.streams)
  try {
    const into = {
      spool: session,
      record: (fact: Fact) => void stream.record(fact),
      problem: (code: ProblemCode, message: string) => void stream.record({ type: 'problem', code, message }),
    }
    if (typeof folder === 'string') new KeptFiles(into, new Map()).record(folder, () => {})
    for (const pair of Array.isArray(tags) ? tags : []) {
      const [key, value] = [...fieldsOf(pair).values()]
      if (typeof key === 'string' && typeof value === 'string') recordTag(into, key, value)
    }
  } finally {
    stream.close()
  }
  forgetLastFacts(session)
}

function noteIn(session: string): string {
  return path.join(session, 'mlflow.json')
}
