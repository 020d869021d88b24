import fs from 'node:fs'

/**
 * So many lower numbers are free when ours is taken: a script that closes ours opens as many files before it is given it,
 * which takes longer than the number is trusted. Not more, for beyond 64 numbers the kernel may take its time.
 */
const freeBelow = 32

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
  /** Whether the number is out of the way of the script's next: only then it may be trusted for a moment. */
  readonly apart: boolean

  /** @throws the system's error */
  constructor(file: string, flags: number) {
    const below = numbersBelow()
    try {
      this.number = fs.openSync(file, flags, 0o600)
    } finally {
      for (const one of below) fs.closeSync(one)
    }
    this.apart = below.length === freeBelow && this.number > below.at(-1)!
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

  /** Whether it is what this path names now, with so many bytes at least. */
  isNamed(file: string, bytes = 0): boolean {
    try {
      const found = fs.statSync(file, { bigint: true })
      return isSame(found, this.#identity) && found.size >= bytes
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
 * Takes the numbers that are to be free below ours; the caller gives them back. Node has no fcntl, which would do it at
 * once.
 */
function numbersBelow(): number[] {
  const taken: number[] = []
  try {
    do taken.push(fs.openSync('/dev/null', 'r'))
    // Where the process may have few more, they stay free for others.
    while (taken.length < freeBelow && taken[0]! + 2 * freeBelow <= numberMax())
  } catch {
    // There are no more, and the number is asked for before each write.
  }
  return taken
}

let most: number | undefined

/** How many descriptors this process may have; 0 where it cannot be known. */
function numberMax(): number {
  if (most === undefined) {
    most = 0
    try {
      const soft = /^Max open files +(\d+|unlimited)/m.exec(fs.readFileSync('/proc/self/limits', 'utf8'))?.[1]
      most = soft === 'unlimited' ? Infinity : Number(soft ?? 0)
    } catch {
      // No Linux: what is opened first stays, and is asked for before each write.
    }
  }
  return most
}

function isSame(one: Identity, other: Identity): boolean {
  return one.dev === other.dev && one.ino === other.ino
}
