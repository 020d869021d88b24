import { Command } from './secrets/command.ts'
import { joined } from './secrets/match.ts'
import type { Span } from './secrets/match.ts'
import { repeatedIn } from './secrets/repeated.ts'
import { Scan } from './secrets/scan.ts'
import { mask } from './secrets/table.ts'
import { remoteCredentials } from './secrets/urls.ts'

// What is cut before anything is recorded: nobody wants a password in a provenance graph. docs/security.md says what is
// found; clients/python/provloom/_secrets.py is the same for Python.

/** The words of a command line without the secrets in them. Names and all else stay. */
export function maskArguments(argv: readonly string[]): string[] {
  const scan = new Scan(
    argv.reduce((size, word) => size + word.length, 0),
    argv.length,
  )
  const command = new Command(scan, 0)
  return argv.map((word) => masked(word, command.feed(word)))
}

/** A text of any kind without the secrets in it: a log line, a traceback, a source file, a diff, a configuration. */
export function maskText(text: string): string {
  return masked(text, new Scan(text.length).text(text))
}

/** A text that nobody has logged, as it may be recorded: an error, its traceback, what a program says. */
export function maskTold(text: string): string {
  const spans = new Scan(text.length).text(text)
  return masked(text, [...spans, ...repeatedIn(text, spans)])
}

/** So many times what is kept of a text is read of it: a secret that is cut in two may not be seen to be one. */
const reach = 4

/** The first so many letters of such a text. */
export function maskHead(text: string, length: number): string {
  return maskTold(text.slice(0, reach * length)).slice(0, length)
}

/** The last so many letters of such a text; from the beginning of a line, where one begins soon. */
export function maskTail(text: string, length: number): string {
  return lastLines(maskTold(lastLines(text, reach * length)), length)
}

function lastLines(text: string, length: number): string {
  if (text.length <= length) return text
  const tail = text.slice(-length)
  const line = tail.indexOf('\n') + 1
  return line <= length / 4 ? tail.slice(line) : tail
}

/** A git remote without user and password (for ssh the user stays, it is an account), query and fragment. */
export function cutCredentials(remote: string): string {
  const found = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(remote)
  if (found === null) return maskText(remote)
  const rest = remote.slice(found[0].length)
  const { user, size } = remoteCredentials(found[1]!, rest)
  return maskText(found[0] + user + rest.slice(size).split(/[?#]/, 1)[0]!)
}

/** A text with these spans of it masked. */
function masked(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text
  let [shown, at] = ['', 0]
  for (const [start, end] of joined(spans)) {
    shown += text.slice(at, start) + mask
    at = end
  }
  return shown + text.slice(at)
}
