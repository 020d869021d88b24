import type { FoldedCount, PictureElement } from './picture.ts'

/** The picture in sentences. */
export function descriptionOf(
  title: string,
  subtitle: string,
  elements: readonly PictureElement[],
  folded: readonly FoldedCount[],
): string {
  const said = (parts: readonly PictureElement['part'][], x: (left: number) => boolean): string =>
    elements
      .filter(({ part, inside, box: [left] }) => inside === undefined && !parts.includes(part) && x(left))
      .map(sentence)
      .join('; ')
  const no: PictureElement['part'][] = ['person', 'host', 'machinery', 'run']
  const run = elements.find(({ part }) => part === 'run')
  const within = elements.filter(({ inside }) => inside !== undefined).map(sentence)
  return [
    `${title}: ${subtitle}.`,
    `Went in: ${said(no, (left) => left < 400) || 'nothing'}.`,
    `What ran: ${[...(run === undefined ? [] : [sentence(run)]), ...within].join('; ')}.`,
    `Came out: ${said(no, (left) => left >= 800) || 'nothing'}.`,
    `By: ${elements
      .filter(({ part }) => part === 'person' || part === 'host')
      .map(sentence)
      .join('; ')}.`,
    ...(folded.length === 0 ? [] : [`Folded: ${folded.map(({ words }) => words).join(', ')}.`]),
  ].join(' ')
}

function sentence({ label, lines }: PictureElement): string {
  const words = lines
    .map(({ name, value }) => (name === label ? value : `${name} ${value}`.trim()))
    .filter((one) => one !== '')
  return words.length === 0 ? label : `${label}: ${words.join(', ')}`
}
