import net from 'node:net'
import type { Random } from '../../support/random.ts'

export type NetworkFault = 'cut-one' | 'cut-all' | 'delay' | 'half-open' | 'double'
export const networkFaults: readonly NetworkFault[] = ['cut-one', 'cut-all', 'delay', 'half-open', 'double']

interface Pair {
  readonly near: net.Socket
  readonly far: net.Socket
  /** Neither side hears of the other any more, and neither is told. */
  frozen: boolean
}

/** Stands between agents and aggregator, and lets the network fail without touching either. */
export class Proxy {
  readonly #server: net.Server
  readonly #random: Random
  #target = 0
  readonly #pairs = new Set<Pair>()
  #delayMs = 0
  #doubling = 0
  /** What agents are told. */
  port = 0

  constructor(random: Random) {
    this.#random = random
    this.#server = net.createServer((near) => this.#join(near))
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
    this.port = address.port
  }

  /** The aggregator may come back with another port. */
  retarget(port: number): void {
    this.#target = port
  }

  fail(fault: NetworkFault): void {
    const pairs = [...this.#pairs]
    switch (fault) {
      case 'cut-one':
        if (pairs.length > 0) sever(this.#random.pick(pairs))
        return
      case 'cut-all':
        for (const pair of pairs) sever(pair)
        return
      case 'delay':
        this.#delayMs = 50 + this.#random.below(400)
        setTimeout(() => (this.#delayMs = 0), 1_000)
        return
      case 'half-open': {
        const frozen = pairs.filter(() => this.#random.chance(0.3))
        for (const pair of frozen) pair.frozen = true
        setTimeout(() => frozen.forEach((pair) => sever(pair)), 500 + this.#random.below(6_000))
        return
      }
      case 'double':
        this.#doubling += 3
        for (const pair of pairs.slice(0, 3)) sever(pair)
    }
  }

  close(): void {
    for (const pair of this.#pairs) sever(pair)
    this.#server.close()
  }

  #join(near: net.Socket): void {
    const far = net.connect(this.#target, '127.0.0.1')
    const pair: Pair = { near, far, frozen: false }
    this.#pairs.add(pair)
    if (this.#doubling > 0) {
      this.#doubling--
      this.#double(near)
    }
    this.#carry(pair, near, far)
    this.#carry(pair, far, near)
  }

  #carry(pair: Pair, from: net.Socket, to: net.Socket): void {
    from.setNoDelay(true)
    // One timer at a time for each direction, so that no chunk overtakes another.
    let waiting: Buffer[] = []
    from.on('data', (bytes) => {
      if (pair.frozen) return
      if (waiting.length > 0) waiting.push(bytes)
      else if (this.#delayMs === 0) to.write(bytes)
      else {
        waiting = [bytes]
        setTimeout(() => {
          if (!to.destroyed) to.write(Buffer.concat(waiting))
          waiting = []
        }, this.#delayMs)
      }
    })
    from.on('error', () => {})
    from.on('close', () => {
      this.#pairs.delete(pair)
      to.destroy()
    })
  }

  /** The same bytes on a second connection, whose answers nobody reads: a replay, as a stranger could do it. */
  #double(near: net.Socket): void {
    const second = net.connect(this.#target, '127.0.0.1')
    second.on('error', () => {})
    second.on('data', () => {})
    near.on('data', (bytes) => second.writable && second.write(bytes))
    near.on('close', () => second.destroy())
  }
}

function sever(pair: Pair): void {
  pair.near.destroy()
  pair.far.destroy()
}
