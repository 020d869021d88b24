import type { DrawOptions } from './options.ts'
import type { Folded } from './fold.ts'
import { grouped } from './group.ts'
import { heading } from './heading.ts'
import { samplesOf, type Sample } from './legend.ts'
import { faintColour, fontName, inkColour, looks } from './palette.ts'
import { placeOfBlock } from './shapes.ts'
import { centred } from './centred.ts'

const margin = 16
const rowHeight = 26
const sampleWidth = 30
/** Width of a letter of the legend, generous so that any sans serif fits. In px at 11 px. */
const letterWidth = 6.6

/** Graphviz's SVG under a heading and a legend that only explains what occurs. Sizes are px, one per Graphviz point. */
export function framedSvg(svg: string, folded: Folded, options: DrawOptions): string {
  const drawing = /<svg width="(\d+)pt" height="(\d+)pt"[^>]*>([\s\S]*)<\/svg>/.exec(svg)
  if (drawing === null) return svg
  const [, width, height, content = ''] = drawing
  const { title, subtitle } = heading(folded, options)
  const hasGroups = grouped(folded, (block) => placeOfBlock(folded.blocks[block])).groups.length > 0
  const legend = options.legend === false ? [] : samplesOf(folded, hasGroups)
  const textWidth = Math.max(title.length * 11, subtitle.length * letterWidth, 320) + 2 * margin
  const pageWidth = Math.ceil(Math.max(Number(width), textWidth))
  const { lines, rows } = legendRows(legend, pageWidth)
  const top = 56 + rows * rowHeight
  const pageHeight = top + Number(height)
  return [
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img" width="${pageWidth}" height="${pageHeight}" viewBox="0 0 ${pageWidth} ${pageHeight}" font-family="${fontName}" fill="${inkColour}">`,
    `<title>${xml(title)}</title>`,
    `<desc>${xml(subtitle)}</desc>`,
    `<rect width="${pageWidth}" height="${pageHeight}" fill="white"/>`,
    `<text x="${margin}" y="30" font-size="19" font-weight="bold">${xml(title)}</text>`,
    `<text x="${margin}" y="49" font-size="11" fill="${faintColour}">${xml(subtitle)}</text>`,
    ...lines,
    `<svg x="${Math.max(0, Math.floor((pageWidth - Number(width)) / 2))}" y="${top}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" overflow="visible">`,
    centred(content).trim(),
    '</svg>',
    '</svg>',
    '',
  ].join('\n')
}

function legendRows(samples: readonly Sample[], pageWidth: number): { lines: string[]; rows: number } {
  const lines: string[] = []
  let x = margin
  let row = 0
  for (const sample of samples) {
    const width = sampleWidth + 8 + sample.words.length * letterWidth
    if (x > margin && x + width > pageWidth - margin) {
      x = margin
      row += 1
    }
    const y = 64 + row * rowHeight
    lines.push(
      `<g class="legend" font-size="11">${sampleShape(sample, x, y)}<text x="${Math.round(x + sampleWidth + 7)}" y="${y + 12}">${xml(sample.words)}</text></g>`,
    )
    x = Math.round(x + width + 18)
  }
  return { lines, rows: samples.length === 0 ? 0 : row + 1 }
}

function sampleShape({ kind, outline }: Sample, x: number, y: number): string {
  const { fill, line } = looks[kind]
  const paint = `fill="${fill}" stroke="${line}"`
  if (outline === 'frame') {
    return `<rect x="${x}" y="${y}" width="30" height="16" rx="5" fill="#FBFBF4" stroke="#BBBBBB"/>`
  }
  if (outline === 'double') {
    return `<rect x="${x}" y="${y}" width="30" height="16" ${paint}/><rect x="${x + 3}" y="${y + 3}" width="24" height="10" ${paint}/>`
  }
  if (outline === 'dashed') {
    return `<ellipse cx="${x + 15}" cy="${y + 8}" rx="15" ry="8" stroke-dasharray="4,2" ${paint}/>`
  }
  switch (kind) {
    case 'entity':
    case 'unknown':
      return `<ellipse cx="${x + 15}" cy="${y + 8}" rx="15" ry="8" ${paint}/>`
    case 'activity':
      return `<rect x="${x}" y="${y}" width="30" height="16" ${paint}/>`
    case 'agent':
      return `<polygon points="${x},${y + 16} ${x},${y + 5} ${x + 15},${y - 1} ${x + 30},${y + 5} ${x + 30},${y + 16}" ${paint}/>`
  }
}

function xml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}
