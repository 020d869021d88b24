import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { filesOf, openRun } from '@provloom/rundir'
import { curvesName, partNames } from '@provloom/rundir/internal'
import type { Files } from '@provloom/shared'
import { foldCurves } from './fold.ts'
import { curveShare } from './share.ts'

/** Node before 22 cannot start a thread from a TypeScript file. */
const isBuilt = import.meta.url.endsWith('.js')

/**
 * Folds the curves of runs that have ended into one file each, in a thread. It is a cache that can be made again: what
 * fails is left, and when the aggregator stops it is given up.
 */
export class Folding {
  readonly #files: Files
  readonly #workers = new Set<Worker>()
  #busy = 0
  #isOver = false

  constructor(files: Files) {
    this.#files = files
  }

  get isBusy(): boolean {
    return this.#busy > 0
  }

  /** Never rejects. */
  async fold(runDir: string): Promise<void> {
    const { curves } = filesOf(runDir)
    if (this.#isOver || partNames(this.#files.list(curves)).length === 0) return
    this.#busy++
    try {
      const bytes = await this.#folded(runDir)
      if (bytes !== undefined && !this.#isOver) await this.#put(runDir, bytes)
    } catch {
      // A reader folds what it needs itself.
    } finally {
      this.#busy--
    }
  }

  /** Nothing is begun any more, and what is under way is given up. */
  stop(): void {
    this.#isOver = true
    for (const worker of this.#workers) void worker.terminate()
  }

  #folded(runDir: string): Promise<Uint8Array | undefined> {
    if (!isBuilt) return foldCurves(runDir)
    const worker = new Worker(new URL('./fold-worker.js', import.meta.url), { workerData: runDir })
    this.#workers.add(worker)
    return new Promise<Uint8Array | undefined>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', () => resolve(undefined))
    }).finally(() => this.#workers.delete(worker))
  }

  async #put(runDir: string, bytes: Uint8Array): Promise<void> {
    const { curves } = filesOf(runDir)
    const staged = path.join(curves, '.all.new')
    this.#files.remove(staged)
    try {
      const file = this.#files.open(staged, 'append', 'umask')
      try {
        await file.write([bytes])
      } finally {
        file.close()
      }
      this.#files.rename(staged, path.join(curves, curvesName))
    } catch (error) {
      this.#files.remove(staged)
      throw error
    }
    this.#removeOwn(runDir, bytes.length)
  }

  /** Those of the parts are narrower, and stay where there is room for both. */
  #removeOwn(runDir: string, foldedBytes: number): void {
    const { curves } = filesOf(runDir)
    const own = partNames(this.#files.list(curves)).map((name) => path.join(curves, name))
    const bytes = own.reduce((sum, file) => sum + this.#sizeOf(file), foldedBytes)
    const partBytes = openRun(runDir).file.parts.reduce((sum, part) => sum + part.bytes, 0)
    if (bytes * curveShare > partBytes) for (const file of own) this.#files.remove(file)
  }

  #sizeOf(name: string): number {
    const file = this.#files.open(name, 'read')
    try {
      return file.size()
    } finally {
      file.close()
    }
  }
}
