/**
 * Text that goes into a picture. It comes from strangers, and no fonts are at hand where the picture is laid out: widths are
 * those of DejaVu Sans, the widest of the usual sans serifs, so that what fits here fits wherever it is shown.
 */

/** Longest text that is looked at, in UTF-16 units; what follows is cut. */
const textCharsMax = 400

// XML 1.0 has no place for these; direction overrides could make a name read as something it is not.
const unfit =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]+|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** One line that XML can hold: what it cannot, and runs of white space, become one space. */
export function clean(text: string): string {
  const bounded = text.length > textCharsMax * 2 ? text.slice(0, textCharsMax * 2) : text
  const line = bounded.replace(unfit, ' ').replace(/\s+/g, ' ').trim()
  if (line.length <= textCharsMax) return line
  // Not between the two halves of a character.
  return `${line.slice(0, textCharsMax - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

/** Text between tags, or in an attribute between double quotes. */
export function xml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}

/** How text is set. */
export type Face = 'plain' | 'bold' | 'mono'

// From U+0020 to U+007E, in hundredths of the font's size.
const ascii = [
  32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34,
  34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61, 73,
  68, 99, 69, 61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63,
  63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84,
]
const boldFactor = 1.12
const monoWidth = 0.602
/** Chinese, Japanese, Korean and pictographs fill a square. */
const square =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}|[\u{20000}-\u{3fffd}]/u
const noWidth = /[\p{M}\u200c\u200d]/u

/** Width of a text in px. */
export function widthOf(text: string, size: number, face: Face = 'plain'): number {
  let sum = 0
  for (const letter of text) sum += letterWidth(letter, face)
  return sum * size * (face === 'bold' ? boldFactor : 1)
}

function letterWidth(letter: string, face: Face): number {
  const known = ascii[letter.charCodeAt(0) - 32]
  if (known !== undefined) return face === 'mono' ? monoWidth : known / 100
  if (noWidth.test(letter)) return 0
  if (square.test(letter)) return 1.05
  if (face === 'mono') return monoWidth
  if (letter === '–') return 0.5
  if (letter === '·') return 0.32
  // Letters with marks are as wide as without; of other alphabets the wide ones are taken.
  const base = ascii[letter.normalize('NFD').charCodeAt(0) - 32]
  return base === undefined ? 1 : base / 100
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** The text, or where it is wider than `room` px, its begin and its end around an ellipsis. */
export function fitted(text: string, room: number, size: number, face: Face = 'plain'): string {
  if (widthOf(text, size, face) <= room) return text
  const letters = Array.from(graphemes.segment(text), ({ segment }) => segment)
  const widths = letters.map((letter) => widthOf(letter, size, face))
  let [left, right, used] = [0, letters.length, widthOf('…', size, face)]
  // A little more of the begin: names differ at both ends, and are known by their begin.
  let [before, after] = [0, 0]
  while (left < right) {
    const atBegin = before <= after * 1.2
    const width = atBegin ? widths[left]! : widths[right - 1]!
    if (used + width > room) break
    used += width
    if (atBegin) {
      left++
      before += width
    } else {
      right--
      after += width
    }
  }
  return `${letters.slice(0, left).join('').trimEnd()}…${letters.slice(right).join('').trimStart()}`
}
