import { counted } from './caption.ts'
import type { DrawOptions } from './options.ts'
import type { Folded } from './fold.ts'
import { clean } from './text.ts'

/** What stands above the picture: its title, and how much it shows of how much there is. */
export interface Heading {
  readonly title: string
  readonly subtitle: string
}

export function heading(folded: Folded, options: DrawOptions): Heading {
  return { title: clean(options.title ?? 'Provenance', 120), subtitle: subtitle(folded) }
}

function subtitle({ picture, blocks, bonds, bondsLeftOut }: Folded): string {
  const said = picture.elements.filter((element) => element.kind !== 'unknown').length
  const whole = `${plural(said, 'element')} and ${plural(picture.links.length, 'relation')}`
  const isFolded = blocks.some(({ members }) => members.length > 1)
  const drawn = isFolded
    ? `, folded to ${counted(blocks.length)} and ${counted(bonds.length)}: what is alike is drawn once`
    : ''
  const missing = bondsLeftOut > 0 ? `; ${counted(bondsLeftOut)} relations are not drawn` : ''
  return whole + drawn + missing
}

function plural(count: number, word: string): string {
  return `${counted(count)} ${word}${count === 1 ? '' : 's'}`
}
