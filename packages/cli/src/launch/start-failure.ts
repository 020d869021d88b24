import type { ChildProcess } from 'node:child_process'
import net from 'node:net'
import { say } from '@provloom/shared'
import type { StartFailure } from '@provloom/shared'
import { codeOf, ended } from './self.ts'

/** The last line on the standard error of an aggregator that agents have started: it listens, and goes on without us. */
const listens = 'provloom: listens'
const textMax = 16_384

export function sayListens(): void {
  say(listens)
}

/**
 * How an aggregator fared whose standard error is a pipe to us. Neither is kept alive or waited for by the other.
 *
 * @returns undefined as soon as it listens, and where another one of the job does; else why it ended
 */
export async function failureOf(child: ChildProcess): Promise<StartFailure | undefined> {
  let text = ''
  const end = ended(child)
  child.unref()
  if (child.stderr instanceof net.Socket) {
    child.stderr.unref()
    for await (const chunk of child.stderr.setEncoding('utf8')) text = (text + String(chunk)).slice(-textMax)
  }
  return text.includes(listens) ? undefined : failureIn(text, codeOf(await end))
}

/** What it said in its two lines, and where it could not even say those, what is left of it. */
function failureIn(text: string, code: number): StartFailure | undefined {
  const [, message, name] = /^Error: (.*) (\[\w+\])$/m.exec(text) ?? []
  const [, hint] = /^Try: +(.*)$/m.exec(text) ?? []
  if (message === undefined || name === undefined) {
    const last = text.trim().split('\n').at(-1) ?? ''
    return { message: `it ended with exit code ${code} before it listened${last === '' ? '' : ` (${last})`}` }
  }
  if (name === '[AGGREGATOR_RUNNING]' || name === '[RUN_HELD]') return undefined
  return { message: `${message} ${name}`, ...(hint === undefined ? {} : { hint }) }
}
