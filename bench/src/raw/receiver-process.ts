import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { keep } from '../machine/kin.ts'
import { ownProgram } from '../machine/paths.ts'
import { mustUsageOf } from '../machine/usage.ts'
import type { Usage } from '../machine/usage.ts'
import { seriesPerRank } from '../ingest/shape.ts'

/** `receiver.ts` in a process of its own. Started again in the same folder it takes the same port and keys. */
export class RawReceiver {
  readonly connectionFile: string
  readonly #child: ChildProcessByStdio<null, Readable, null>
  readonly #listening: Promise<unknown>

  constructor(folder: string, recordsPerEnvelope: number, insecure: boolean) {
    this.connectionFile = path.join(folder, 'connection.json')
    // The first envelope of each rank holds its start and its series.
    const numbers = [1 + seriesPerRank, recordsPerEnvelope].map(String)
    const security = insecure ? 'insecure' : 'secure'
    this.#child = keep(
      spawn(process.execPath, [ownProgram('raw/receiver.js'), folder, ...numbers, security], {
        detached: true,
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    )
    this.#listening = Promise.race([once(this.#child.stdout, 'data'), once(this.#child, 'exit')])
  }

  async listening(): Promise<void> {
    await this.#listening
  }

  usage(): Usage {
    return mustUsageOf(this.#child.pid!)
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exit
  }
}
