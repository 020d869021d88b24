import type { Finding } from '../answer/why.ts'
import type { KnownRun } from '../folder/folder.ts'

/** While a run goes on they are looked for at most so often... */
const everyMs = 2_000
/** ...and so that looking takes at most a twentieth of the time: of a large run it takes seconds. */
const shareMin = 20

interface Kept {
  readonly look: string
  readonly findings: Promise<readonly Finding[]>
  /** Of the monotonic clock; Infinity while they are being looked for. */
  againMs: number
}

/** Findings of runs, looked for again when they may be others. */
export class KeptFindings {
  readonly #find: (run: KnownRun) => Promise<readonly Finding[]>
  readonly #kept = new Map<string, Kept>()

  constructor(find: (run: KnownRun) => Promise<readonly Finding[]>) {
    this.#find = find
  }

  of(run: KnownRun): Promise<readonly Finding[]> {
    const { status } = run.file
    // What is written of a run that has ended is its last.
    const look = status === 'running' ? status : `${status} ${run.writtenMs} ${String(run.finished)}`
    const kept = this.#kept.get(run.directory)
    const isOld = status === 'running' && kept !== undefined && performance.now() >= kept.againMs
    if (kept?.look === look && !isOld) return kept.findings
    const began = performance.now()
    const findings = this.#find(run)
    const next: Kept = { look, findings, againMs: Infinity }
    this.#kept.set(run.directory, next)
    void findings
      .catch(() => {
        if (this.#kept.get(run.directory) === next) this.#kept.delete(run.directory)
      })
      .finally(() => {
        const now = performance.now()
        next.againMs = now + Math.max(everyMs, (now - began) * shareMin)
      })
    return findings
  }
}
