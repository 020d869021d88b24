/** A process of simulated ranks, one socket each; forked by `load.ts`. */
import { Context } from 'zeromq'
import { limits, readConnection } from '@provloom/shared'
import { monotonicMs } from './plan.ts'
import type { Order, Plan, Report } from './plan.ts'
import { SimulatedRank } from './rank.ts'

const TICK_MS = 5
/** Ranks of a training go in step: none is further ahead of the last one than this share of all. */
const aheadMost = 0.02

class Generator {
  readonly #plan: Plan
  readonly #ranks: SimulatedRank[] = []
  readonly #latencies: number[] = []
  #ready = 0
  #finished = 0
  #farewells = 0
  #beganMs = 0
  #away = false
  #leastShare = 0

  constructor(plan: Plan) {
    this.#plan = plan
    const connection = readConnection(plan.connectionFile)
    if (connection === undefined) throw new Error(`no connection file ${plan.connectionFile}`)
    // A socket and the two ends of its monitor, each.
    const context = new Context({ maxSockets: plan.ranks * 3 + 64 })
    for (let k = 0; k < plan.ranks; k++) {
      this.#ranks.push(
        new SimulatedRank(context, connection, plan, plan.firstRank + k, {
          ready: () => this.#count(++this.#ready, { kind: 'ready', atMs: monotonicMs() }),
          acknowledged: (latencyMs) => {
            if (this.#beganMs > 0) this.#latencies.push(latencyMs)
          },
          finished: () => {
            if (++this.#finished === plan.ranks) this.#tellAcknowledged()
          },
          farewell: () => this.#count(++this.#farewells, { kind: 'farewell', atMs: monotonicMs() }),
          mayGo: (share) => this.#plan.training === undefined || share <= this.#leastShare + aheadMost,
          failed: (message) => tell({ kind: 'failed', message }),
        }),
      )
    }
    setInterval(() => this.#beat(), limits.heartbeatIntervalMs).unref()
    setInterval(() => this.#watch(), TICK_MS).unref()
  }

  go(): void {
    this.#beganMs = monotonicMs()
    for (const rank of this.#ranks) rank.go()
    const { intervalMs, training } = this.#plan
    if (intervalMs === 0 && training === undefined) return
    setInterval(() => {
      this.#leastShare = this.#ranks.reduce((least, { share }) => Math.min(least, share), 1)
      const now = monotonicMs()
      for (const rank of this.#ranks) rank.tick(now)
    }, TICK_MS).unref()
  }

  bye(): void {
    for (const rank of this.#ranks) rank.bye()
  }

  #count(count: number, report: Report): void {
    if (count === this.#plan.ranks) tell(report)
  }

  #tellAcknowledged(): void {
    tell({
      kind: 'acknowledged',
      beganMs: this.#beganMs,
      atMs: monotonicMs(),
      bytes: this.#ranks.reduce((sum, rank) => sum + rank.bytesSent, 0),
      envelopes: this.#ranks.reduce((sum, rank) => sum + rank.envelopesSent, 0),
      latencies: this.#latencies,
    })
  }

  #beat(): void {
    for (const rank of this.#ranks) rank.heartbeat()
  }

  /** Whether ranks have lost the aggregator, and when all are back. */
  #watch(): void {
    if (this.#ready < this.#plan.ranks) return
    const welcome = this.#ranks.every((rank) => rank.welcome)
    if (this.#away && welcome) tell({ kind: 'back', atMs: monotonicMs() })
    this.#away = !welcome
  }
}

function tell(report: Report): void {
  process.send?.(report)
}

let generator: Generator | undefined
process.on('message', (order: Order) => {
  switch (order.kind) {
    case 'plan':
      generator = new Generator(order.plan)
      break
    case 'go':
      generator?.go()
      break
    case 'bye':
      generator?.bye()
      break
    case 'end':
      process.exit(0)
  }
})
process.on('disconnect', () => process.exit(0))
