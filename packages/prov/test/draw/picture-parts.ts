import { DocumentBuilder, qname, type QName } from '@provloom/prov'
import { SaxesParser } from 'saxes'

export const ex = (local: string): QName => qname('ex', 'http://example.org/', local)

export function builder(): DocumentBuilder {
  return new DocumentBuilder().namespace('ex', 'http://example.org/')
}

/** Shape lines of a DOT text by class: what is drawn, without legend, joints and notes. */
export function shapes(dot: string, kind = '(?:entity|activity|agent|unknown)'): string[] {
  return dot.split('\n').filter((line) => new RegExp(`class=${kind}[,\\]]`).test(line))
}

/** Arrow lines of a DOT text that can be seen. */
export function arrows(dot: string): string[] {
  return dot.split('\n').filter((line) => line.includes(' -> ') && !line.includes('style=invis'))
}

/** Parses XML as a browser would for `image/svg+xml`; throws where it is not well formed. Returns its text, piece by piece. */
export function svgTexts(svg: string): string[] {
  const texts: string[] = []
  const parser = new SaxesParser({ xmlns: true })
  parser.on('error', (error) => {
    throw error
  })
  parser.on('text', (text) => {
    if (text.trim() !== '') texts.push(text.trim())
  })
  parser.write(svg).close()
  return texts
}
