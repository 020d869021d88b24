import fs from 'node:fs'
import path from 'node:path'
import { repoRoot } from './machine/paths.ts'
import type { Options } from './options.ts'
import type { Bench } from './suite.ts'

/** The bench's own folders and its voice. They lie in the repository, so that the disk measured is a real one. */
export class Workshop implements Bench {
  readonly options: Options
  readonly #root: string
  #folders = 0

  constructor(options: Options) {
    this.options = options
    this.#root = path.join(repoRoot, '.cache', 'bench-work', String(process.pid))
    fs.mkdirSync(this.#root, { recursive: true })
  }

  wants(name: string): boolean {
    const { only } = this.options
    return (
      only.length === 0 || only.some((prefix) => name.startsWith(prefix) || prefix.startsWith(`${name}.`))
    )
  }

  folder(name: string): string {
    const folder = path.join(this.#root, `${name}-${this.#folders++}`)
    fs.mkdirSync(folder, { recursive: true })
    return folder
  }

  say(text: string): void {
    process.stderr.write(`bench: ${text}\n`)
  }

  close(): void {
    fs.rmSync(this.#root, { recursive: true, force: true, maxRetries: 3 })
  }
}
