import fs from 'node:fs'

/**
 * What this process was started with, as far as Node has changed it by the time that our code runs. `bin/provloom.js` finds
 * it out before anything of ours is loaded; a program that uses us as a library has none of it.
 */
export interface ProcessStart {
  /** Signals that came before anybody listened, in order. Whoever listens takes them out (`listen`). */
  readonly early: NodeJS.Signals[]
  /** Numbers of the signals that whoever started us has set to be ignored: Node sets all back to their defaults. */
  readonly ignored: readonly number[]
  /** Descriptors beyond standard error that were handed down: Node closes them in children. */
  readonly descriptors: number[]
  /** Variables that are for the command, and that Node would take for itself: `NODE_OPTIONS`. */
  readonly variables: Readonly<Record<string, string>>
}

/** `bin/provloom.js` lays it there: it is not compiled, and is there before this file is. */
const place = Symbol.for('provloom.start')

const nothing: ProcessStart = { early: [], ignored: [], descriptors: [], variables: {} }

export function processStart(): ProcessStart {
  const found: unknown = Reflect.get(globalThis, place)
  return isStart(found) ? found : nothing
}

/** A descriptor that was handed down for us: no command gets it. */
export function keepDescriptor(descriptor: number): void {
  const { descriptors } = processStart()
  const at = descriptors.indexOf(descriptor)
  if (at >= 0) descriptors.splice(at, 1)
}

/** Once a command has those that were handed down, whoever reads at their other end is not to wait for us as well. */
export function releaseDescriptors(): void {
  for (const descriptor of processStart().descriptors.splice(0)) {
    try {
      fs.closeSync(descriptor)
    } catch {
      // Somebody else has closed it.
    }
  }
}

/** Ours or nobody's: the name of the symbol is enough. */
function isStart(value: unknown): value is ProcessStart {
  return typeof value === 'object' && value !== null
}

/**
 * Listens to signals, those that came before included. While it does, none of them ends this process.
 *
 * @returns stops listening
 */
export function listen(
  signals: readonly NodeJS.Signals[],
  heard: (signal: NodeJS.Signals) => void,
): () => void {
  const listeners = signals.map((signal) => {
    const listener = (): void => heard(signal)
    process.on(signal, listener)
    return { signal, listener }
  })
  const { early } = processStart()
  const missed = early.filter((signal) => signals.includes(signal))
  early.splice(0, early.length, ...early.filter((signal) => !signals.includes(signal)))
  for (const signal of missed) heard(signal)
  return () => {
    for (const { signal, listener } of listeners) process.off(signal, listener)
  }
}
