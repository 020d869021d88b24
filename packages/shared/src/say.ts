import fs from 'node:fs'
import tty from 'node:tty'

const standardError = 2
/** A pipe that somebody has made non-blocking is tried again for so long. */
const triesMax = 20
const tryEveryMs = 10

/**
 * Writes whole lines to standard error, at once. Not by `process.stderr`, which makes a pipe non-blocking for everybody who
 * has it, and so breaks the writes of a command that shares it.
 */
export function say(text: string): void {
  write(standardError, onTerminal() ? `${freshLine}${text}\n` : `${text}\n`)
}

/** The same to standard output, for a program whose own it is. */
export function sayOut(text: string): void {
  write(1, `${text}\n`)
}

/** What a command has left in the line, a progress bar say, is written over: it draws it again. */
const freshLine = '\r\u001B[K'

export function onTerminal(): boolean {
  return tty.isatty(standardError) && process.env['TERM'] !== 'dumb'
}

/** @returns whether there is somebody to read it */
export function write(descriptor: number, text: string): boolean {
  const bytes = Buffer.from(text)
  let at = 0
  for (let tries = 0; at < bytes.length && tries < triesMax; tries++) {
    try {
      at += fs.writeSync(descriptor, bytes, at)
      tries = -1
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) return false
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, tryEveryMs)
    }
  }
  return at === bytes.length
}
