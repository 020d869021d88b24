import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createAggregator } from '@provloom/aggregator'
import type { Aggregator, AggregatorConfig, AggregatorStatus, Seams } from '@provloom/aggregator'
import type { Connection } from '@provloom/shared'
import { Peer } from './peer.ts'
import type { PeerOptions } from './peer.ts'

type Of<Kind> = Extract<AggregatorStatus, { kind: Kind }>

/** A folder of its own for a test, and the aggregators and peers in it; all gone after `clear`. */
export class TestHouse {
  readonly saveDir: string = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-aggregator-'))
  readonly told: AggregatorStatus[] = []
  #clearing: (() => unknown)[] = []
  #waiting: (() => void)[] = []

  aggregator(config: AggregatorConfig = {}, seams: Seams = {}): Aggregator {
    const aggregator = createAggregator(
      {
        provenanceSaveDir: this.saveDir,
        jobKey: 'test',
        host: '127.0.0.1',
        experimentName: 'exp',
        onStatus: (status) => {
          this.told.push(status)
          for (const wake of this.#waiting.splice(0)) wake()
        },
        ...config,
      },
      seams,
    )
    this.#clearing.push(() => aggregator.stop(0))
    return aggregator
  }

  async started(config: AggregatorConfig = {}, seams: Seams = {}): Promise<Aggregator> {
    const aggregator = this.aggregator(config, seams)
    await aggregator.start()
    return aggregator
  }

  peer(connection: Connection | undefined, options: PeerOptions = {}): Peer {
    if (connection === undefined) throw new Error('the aggregator does not listen')
    const peer = new Peer(connection, options)
    this.#clearing.push(() => peer.close())
    return peer
  }

  /** The first status of that kind that was or will be told. */
  async status<Kind extends AggregatorStatus['kind']>(
    kind: Kind,
    which: (status: Of<Kind>) => boolean = () => true,
  ): Promise<Of<Kind>> {
    for (;;) {
      const found = this.told.find((one): one is Of<Kind> => one.kind === kind && which(one as Of<Kind>))
      if (found !== undefined) return found
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  runDir(number = 0): string {
    return path.join(this.saveDir, `exp_${number}`)
  }

  onClear(task: () => unknown): void {
    this.#clearing.push(task)
  }

  async clear(): Promise<void> {
    for (const task of this.#clearing.toReversed()) await task()
    this.#clearing = []
    fs.rmSync(this.saveDir, { recursive: true, force: true })
  }
}

export function readJson(file: string): Record<string, unknown> {
  return JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown>
}
