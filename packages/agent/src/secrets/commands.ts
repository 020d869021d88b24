import { Command, isPlainOption, namesSecret } from './command.ts'
import { isSecret } from './judge.ts'
import { addAll, shifted } from './match.ts'
import type { Span } from './match.ts'
import { secretInput } from './programs.ts'
import { depthMax } from './texts.ts'
import type { Texts } from './texts.ts'
import { Reader } from './shell.ts'
import type { Bounds, Inner, Line, Word } from './shell.ts'

/**
 * The secrets in the commands of a text. `isExact`: the text is nothing but a shell's; else others look at what a word
 * says inside, as long as it stands in the text as it is.
 */
export function readShell(
  scan: Texts,
  text: string,
  bounds: Bounds,
  depth: number,
  isExact: boolean,
): Span[] {
  const spans: Span[] = []
  const reader = new Reader(scan.steps, text, bounds, isExact)
  let before: Line | undefined
  for (const line of reader.lines()) {
    if (scan.steps.areSpent()) return [...spans, [line.start, text.length]]
    const command = new Command(scan, depth + 1, isExact)
    const said = line.words.map((word) => word.text)
    for (const [i, word] of line.words.entries())
      addAll(spans, word.spansOf(command.feed(said[i]!, !isExact && !word.isJoined)))
    if (takesSecretInput(said)) {
      reader.documentsAreSecret = true
      addAll(spans, allOf(line.given))
      if (line.isPiped && before !== undefined) addAll(spans, allOf(putOut(before.words)))
    }
    before = line
  }
  for (const inner of reader.inner) addAll(spans, inside(scan, text, inner, depth, isExact))
  return spans
}

/** The secrets of a command in a command, or of the lines that are given to one. */
function inside(scan: Texts, text: string, inner: Inner, depth: number, isExact: boolean): Span[] {
  const { start, end, kind } = inner
  if (kind === 'secret') {
    const lines = text.slice(start, end).replace(/[\t-\r ]+$/, '')
    return isSecret('sure', lines) ? [[start, start + lines.length]] : []
  }
  if (kind === 'shell' && depth < depthMax)
    return readShell(scan, text, [start, end, end], depth + 1, isExact)
  return shifted(scan.text(text.slice(start, end), kind, depth + 1), start)
}

const inputs = secretInput.map((words) => words.split(' '))

function takesSecretInput(words: readonly string[]): boolean {
  if (inputs.some((needed) => needed.every((word) => words.includes(word)))) return true
  // read -r PASSWORD
  const read = words.indexOf('read')
  return read >= 0 && words.slice(read + 1).some(namesSecret)
}

/** What echo or printf puts out. */
function putOut(words: readonly Word[]): readonly Word[] {
  const at = words.findIndex(({ text }) => text === 'echo' || text === 'printf')
  return at < 0 ? [] : words.slice(at + 1)
}

function allOf(words: readonly Word[]): Span[] {
  return words
    .filter(({ text }) => !isPlainOption(text) && isSecret('sure', text))
    .flatMap((word) => word.spansOf([[0, word.text.length]]))
}
