import { value } from './words.ts'

/** `2.71 a second`, or a minute, or an hour: three digits; of what, where that is to be said: `2.71 steps a second`. */
export function paceWords(perSecond: number, noun?: string): string {
  const of = noun === undefined ? '' : ` ${noun}s`
  for (const [seconds, word] of [
    [1, 'second'],
    [60, 'minute'],
  ] as const)
    if (perSecond * seconds >= 0.5) return `${value(threeDigits(perSecond * seconds))}${of} a ${word}`
  return `${value(threeDigits(perSecond * 3600))}${of} an hour`
}

function threeDigits(number: number): number {
  return number >= 100 ? Math.round(number) : Number(number.toPrecision(3))
}

/** As exact as a guess is: `25 s`, `4 min`, `3 h 20 min`, `2 d 4 h`. */
export function roughly(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 36) return `${hours} h ${Math.round((minutes % 60) / 10) * 10} min`.replace(/ 0 min$/, '')
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** Where nobody says how many steps there are in all. */
export function toGoWords({ loop }: { readonly loop?: true }): string {
  return loop === true ? 'to the end of this loop' : 'to go'
}
