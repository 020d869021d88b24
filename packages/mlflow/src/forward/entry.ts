import { valueJson, valueOf } from '../number.ts'
import type { Said } from '../said.ts'

/** Whose a file is: a run's artifact, or a model's. */
export type Owner = { readonly runId: string } | { readonly modelId: string }

/** One thing that is to be handed on. */
export type Entry =
  | {
      readonly kind: 'said'
      /** Of who has said it: ranks of a job say the same of one run, each for itself. */
      readonly rank: number
      /** Folder of the session that it is recorded in. */
      readonly session?: string
      readonly said: Said
    }
  | {
      readonly kind: 'file'
      readonly rank: number
      readonly owner: Owner
      /** Below the owner's artifacts. */
      readonly path: string
      /** Its name among the outbox's files. */
      readonly file: string
    }

/** A run on one rank, by one name. */
export function runKey(runId: string, rank: number): string {
  return `${runId}/${rank}`
}

/** As it lies on disk: JSON has no NaN, so that is text there. */
export function entryText(entry: Entry): string {
  return JSON.stringify(entry, (_name, value: unknown) =>
    typeof value === 'number' ? valueJson(value) : value,
  )
}

/** @param text written by `entryText` */
export function entryIn(text: string): Entry {
  // Checked by its frame.
  const entry = JSON.parse(text) as Entry
  if (entry.kind !== 'said' || entry.said.kind !== 'metrics') return entry
  const metrics = entry.said.metrics.map((one) => ({ ...one, value: valueOf(one.value) ?? NaN }))
  return { ...entry, said: { ...entry.said, metrics } }
}
