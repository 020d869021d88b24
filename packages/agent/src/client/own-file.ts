import fs from 'node:fs'

/** Above the numbers that a script is given: one of ours that it closes is not what it opens next. */
const apartFrom = 200
/** So many files have to be opened before the number comes again. Each takes microseconds. */
const apartByMin = 16

interface Identity {
  readonly dev: bigint
  readonly ino: bigint
}

/**
 * An open file of ours. A script may close any number, and the kernel then gives it to the script: so whether the number
 * still is our file is asked before anything is done to it. What is not ours is forgotten, and neither written nor closed.
 */
export class OwnFile {
  readonly number: number
  readonly #identity: Identity
  /** Whether the number is out of the usual way: only then it may be trusted for a moment. */
  readonly apart: boolean

  /** @throws the system's error */
  constructor(file: string, flags: number) {
    const below = numbersBelow()
    try {
      this.number = fs.openSync(file, flags, 0o600)
    } finally {
      for (const one of below) fs.closeSync(one)
    }
    this.apart = below.length >= apartByMin && this.number > below.at(-1)!
    const { dev, ino } = fs.fstatSync(this.number, { bigint: true })
    this.#identity = { dev, ino }
  }

  isOurs(): boolean {
    return this.size() !== undefined
  }

  /** Its bytes; undefined where the number is no longer ours. */
  size(): number | undefined {
    try {
      const found = fs.fstatSync(this.number, { bigint: true })
      return isSame(found, this.#identity) ? Number(found.size) : undefined
    } catch {
      return undefined
    }
  }

  isSameAs(other: OwnFile): boolean {
    return isSame(this.#identity, other.#identity)
  }

  /** Whether it is what this path names now. */
  isNamed(file: string): boolean {
    try {
      return isSame(fs.statSync(file, { bigint: true }), this.#identity)
    } catch {
      return false
    }
  }

  close(): void {
    if (!this.isOurs()) return
    try {
      fs.closeSync(this.number)
    } catch {
      // It is closed all the same.
    }
  }
}

/**
 * Takes the numbers that are free below where ours shall be; the caller gives them back. Node has no fcntl, which would
 * do it at once.
 */
function numbersBelow(): number[] {
  const taken: number[] = []
  try {
    while ((taken.at(-1) ?? 0) < numberMin() - 1) taken.push(fs.openSync('/dev/null', 'r'))
  } catch {
    // There are no more: the number is a low one then.
  }
  return taken
}

let least: number | undefined

/** Where the process may have few descriptors, half of them stay free for others. */
function numberMin(): number {
  if (least === undefined) {
    least = 0
    try {
      const soft = /^Max open files +(\d+|unlimited)/m.exec(fs.readFileSync('/proc/self/limits', 'utf8'))?.[1]
      least = Math.min(apartFrom, soft === 'unlimited' ? Infinity : Math.floor(Number(soft ?? 0) / 2))
    } catch {
      // No Linux: the low number stays, and is asked for before each write.
    }
  }
  return least
}

function isSame(one: Identity, other: Identity): boolean {
  return one.dev === other.dev && one.ino === other.ino
}
