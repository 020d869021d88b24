import type { ChildProcess } from 'node:child_process'
import type { CommandEnd } from '@provloom/agent/internal'

/**
 * What `provloom run` and the processes that it starts tell each other, over the channel that Node opens between them.
 * A child whose channel closes has lost its `run` (kill -9), and goes on by itself.
 */
export type Word =
  /** Of an agent: it takes signals from now on. */
  | 'listens'
  /** The same of one whose command cannot say itself that it is started: from now on nobody else is to start it. */
  | 'begins'
  /** To an agent: end the command with SIGKILL. */
  | 'kill'
  /** To an aggregator: all ranks have ended, or never will. */
  | 'stop'
  /** Of an agent's command, before it is that (`becoming.ts`): it is started. */
  | { readonly pid: number }
  /** Of an agent: its command has ended. */
  | { readonly end: CommandEnd }

const words: ReadonlySet<unknown> = new Set<Word>(['listens', 'begins', 'kill', 'stop'])

/** Both sides are of one release. */
function isWord(message: unknown): message is Word {
  return words.has(message) || (typeof message === 'object' && message !== null)
}

/** The side of a child. */
export interface Parent {
  /** Whether it is still there. */
  readonly there: boolean
  /** Descriptor of the channel to it; undefined where that is closed. */
  readonly channel: number | undefined
  tell(word: Word): void
}

/** Whether one of ours has started this process, and not a person or a launcher. */
export function isOurChild(): boolean {
  return process.send !== undefined
}

/** @returns undefined when nobody of ours has started this process */
export function parent(heard: (word: Word) => void, gone: () => void = () => {}): Parent | undefined {
  if (!isOurChild()) return undefined
  process.on('message', (message) => {
    if (isWord(message)) heard(message)
  })
  process.once('disconnect', gone)
  // It keeps nobody alive.
  process.channel?.unref()
  return {
    get there() {
      return process.connected
    },
    get channel() {
      const { channel } = process
      // Node has it there; its types do not.
      return channel !== undefined && 'fd' in channel && typeof channel.fd === 'number'
        ? channel.fd
        : undefined
    },
    tell(word) {
      process.send?.(word, undefined, undefined, () => {})
    },
  }
}

/** The side of `run`. */
export function hear(child: ChildProcess, heard: (word: Word) => void): void {
  child.on('message', (message) => {
    if (isWord(message)) heard(message)
  })
}

export function tell(child: ChildProcess, word: Word): void {
  if (child.connected) child.send(word, () => {})
}

/** Resolves when a child that has ended has been heard to its last word: its end may be known before that is read. */
export async function allHeard(child: ChildProcess): Promise<void> {
  if (!child.connected) return
  await new Promise((resolve) => child.once('disconnect', resolve))
}
