/** Control characters other than tab and newline, and overrides of the writing direction. */
const unprintable =
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/**
 * Text with names of strangers in it, as it may go to a terminal: what would move the cursor, change colours, write the
 * clipboard or turn the reading direction is shown as `\u001b` instead. Tabs and line ends stay.
 */
export function printable(text: string): string {
  return text.replaceAll(unprintable, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
