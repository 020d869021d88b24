/** How a rank ended as a sign of ten by ten px, drawn, for no font may have it; the word stands beside it. */
export function markSvg(words: string, colour: string): string | undefined {
  const stroke = `fill="none" stroke="${colour}" stroke-width="1.6"`
  const status = /(?:^|\s)(completed|failed|killed|lost|incomplete|running)\b/.exec(words)?.[1] ?? ''
  switch (status) {
    case 'completed':
      return `<path d="M1 5.5L4 9L9 1.5" ${stroke}/>`
    case 'failed':
      return `<path d="M1.5 1.5L8.5 8.5M8.5 1.5L1.5 8.5" ${stroke}/>`
    case 'killed':
      return `<rect x="1.5" y="1.5" width="7" height="7" fill="${colour}"/>`
    case 'lost':
      return `<path d="M2.5 3.2C2.5 .6 7.6 .6 7.6 3.2C7.6 5 5 4.8 5 6.6M5 8.2V9.6" ${stroke}/>`
    case 'incomplete':
      return `<circle cx="5" cy="5" r="3.6" ${stroke}/>`
    case 'running':
      return `<circle cx="5" cy="5" r="3.8" fill="${colour}"/>`
    default:
      return undefined
  }
}
