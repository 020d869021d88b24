import fs from 'node:fs'
import type { Clock } from '@provloom/shared'
import type { Link } from '../publish/link.ts'
import type { Claim } from './claim.ts'
import type { TreeFolder } from './folder.ts'
import { spoolBytesOf } from './room.ts'

const everyMs = 1_000

/** Once a second, for the tree's clients: that its agent lives, whether an aggregator does, and how much of the disk they take. */
export class Heartbeat {
  readonly #clock: Clock
  readonly #tree: TreeFolder
  readonly #claim: Claim
  readonly #link: Pick<Link, 'heard'>
  #atMs = 0

  constructor(clock: Clock, tree: TreeFolder, claim: Claim, link: Pick<Link, 'heard'>) {
    this.#clock = clock
    this.#tree = tree
    this.#claim = claim
    this.#link = link
  }

  beat(): void {
    const now = this.#clock.monotonicMs()
    if (now - this.#atMs < everyMs) return
    this.#atMs = now
    if (fs.existsSync(this.#tree.root)) this.#claim.beat(spoolBytesOf(this.#tree), this.#link.heard)
  }
}
