import type { Strip } from './strip.ts'
import { inkNow } from './plot.ts'
import { palette } from '../part/theme.ts'

/** The chart as it is seen, with its title and what its colours mean, as PNG. */
export async function pictureOf(
  drawn: HTMLCanvasElement,
  title: string,
  strips: readonly Strip[],
): Promise<Blob> {
  const canvas = document.createElement('canvas')
  const ratio = devicePixelRatio
  const [above, below] = [30 * ratio, 24 * ratio]
  canvas.width = drawn.width
  canvas.height = drawn.height + above + below
  const pen = canvas.getContext('2d')
  if (pen === null) throw new Error('there is no drawing to save')
  const ink = inkNow()
  pen.fillStyle = ink.paper
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.drawImage(drawn, 0, above)
  pen.fillStyle = ink.text
  pen.font = `bold ${13 * ratio}px Helvetica Neue, Arial, sans-serif`
  pen.fillText(`${title} · ${document.title}`, 12 * ratio, 20 * ratio)
  pen.font = `${11 * ratio}px Helvetica Neue, Arial, sans-serif`
  let left = 12 * ratio
  for (const strip of strips) {
    const colours = palette()
    pen.fillStyle = colours[strip.colour % colours.length]!
    const words = `${strip.dashed ? '- -' : '—'} ${strip.label}`
    pen.fillText(words, left, canvas.height - 8 * ratio)
    left += pen.measureText(words).width + 16 * ratio
  }
  return await new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error('no picture')) : resolve(blob)))
  })
}
