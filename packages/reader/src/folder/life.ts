import fs from 'node:fs'
import { filesOf } from '@provloom/rundir'
import { ownerIn } from '@provloom/rundir/internal'
import { limits } from '@provloom/shared'
import { aliveStill } from '@provloom/shared/process'
import type { Life } from '../answer/life.ts'

interface Watched {
  readonly directory: string
  readonly finished: boolean
  readonly file: {
    readonly status: string
    readonly finished: boolean
    readonly ledger: { readonly ranks: readonly { readonly lastUs?: number }[] }
  }
}

/**
 * Whether a run is being written: by its lease (docs/run-directory.md), which is renewed every two seconds, and by its
 * writer's process where that can be seen from here.
 */
export function lifeOf(run: Watched, nowMs: number = Date.now()): Life {
  const { lease, journal, runJson } = filesOf(run.directory)
  const seenMs = Math.max(writtenMs(lease), writtenMs(runJson), run.finished ? 0 : writtenMs(journal))
  const lastUs = run.file.ledger.ranks.reduce((last, one) => Math.max(last, one.lastUs ?? last), -Infinity)
  const seen = {
    seen: new Date(seenMs).toISOString(),
    ...(Number.isFinite(lastUs) ? { logged: new Date(lastUs / 1000).toISOString() } : {}),
  }
  if (run.file.finished || (run.file.status !== 'running' && writtenMs(lease) === 0))
    return { state: 'ended', ...seen }
  const alive = lives(lease)
  if (alive === false) return { state: 'gone', ...seen }
  if (alive === true) return { state: 'alive', ...seen }
  return { state: nowMs - seenMs < limits.silentAfterMs ? 'alive' : 'silent', ...seen }
}

/** 0 where it is not there. */
function writtenMs(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** Undefined where that cannot be seen from here. */
function lives(lease: string): boolean | undefined {
  try {
    const process = ownerIn(lease)?.process
    return process === undefined ? undefined : aliveStill(process)
  } catch {
    return undefined
  }
}
