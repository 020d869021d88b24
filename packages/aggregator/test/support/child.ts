import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import path from 'node:path'
import readline from 'node:readline'
import type { AggregatorConfig, AggregatorStatus } from '@provloom/aggregator'
import { readConnection } from '@provloom/shared'
import type { Connection } from '@provloom/shared'

type Of<Kind> = Extract<AggregatorStatus, { kind: Kind }>

const here = import.meta.dirname
const packageDir = path.resolve(here, '../..')

/** Child processes run what is built: makes sure that it is what is tested. */
export function build(): void {
  const root = path.resolve(packageDir, '../..')
  execFileSync(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-b', packageDir], {
    stdio: 'pipe',
  })
}

/** An aggregator in a process of its own. */
export class AggregatorChild {
  readonly told: AggregatorStatus[] = []
  readonly #child: ChildProcess
  readonly #exited: Promise<number | null>
  #waiting: (() => void)[] = []
  errors = ''

  constructor(config: Omit<AggregatorConfig, 'onStatus'>) {
    this.#child = spawn(process.execPath, [path.join(here, 'serve.js'), JSON.stringify(config)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#exited = new Promise((resolve) => this.#child.once('exit', (code) => resolve(code)))
    this.#child.stderr!.on('data', (data: Buffer) => {
      this.errors += data.toString()
    })
    readline.createInterface(this.#child.stdout!).on('line', (line) => {
      this.told.push(JSON.parse(line) as AggregatorStatus)
      for (const wake of this.#waiting.splice(0)) wake()
    })
    void this.#exited.then(() => {
      for (const wake of this.#waiting.splice(0)) wake()
    })
  }

  async status<Kind extends AggregatorStatus['kind']>(
    kind: Kind,
    which: (status: Of<Kind>) => boolean = () => true,
  ): Promise<Of<Kind>> {
    for (;;) {
      const found = this.told.find((one): one is Of<Kind> => one.kind === kind && which(one as Of<Kind>))
      if (found !== undefined) return found
      if (this.#child.exitCode !== null) throw new Error(`the aggregator ended: ${this.errors}`)
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  async connection(): Promise<Connection> {
    const { connectionFile } = await this.status('listening')
    const connection = readConnection(connectionFile)
    if (connection === undefined) throw new Error('no connection file')
    return connection
  }

  async signal(name: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(name)
    return this.#exited
  }
}
