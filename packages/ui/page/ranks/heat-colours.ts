import type { MatrixAnswer } from '@provloom/reader'
import { cellsOf } from '../model/ranks.ts'
import type { Theme } from '../part/theme.ts'

export type Colour = readonly [number, number, number]

/** Of a ratio's logarithm to the base 2, from quicker to slower. */
const ramps: Readonly<Record<Theme, readonly (readonly [at: number, colour: Colour])[]>> = {
  light: [
    [-1, [0, 90, 160]],
    [-0.3, [120, 176, 214]],
    [-0.06, [240, 238, 232]],
    [0.1, [240, 238, 232]],
    [0.25, [222, 184, 140]],
    [0.6, [213, 94, 0]],
    [1.2, [120, 50, 0]],
  ],
  dark: [
    [-1, [86, 180, 233]],
    [-0.3, [52, 96, 128]],
    [-0.06, [37, 41, 48]],
    [0.1, [37, 41, 48]],
    [0.25, [110, 74, 48]],
    [0.6, [242, 142, 60]],
    [1.2, [255, 190, 130]],
  ],
}

export function heatColour(octaves: number, of: Theme): Colour {
  const ramp = ramps[of]
  const after = ramp.findIndex(([at]) => at >= octaves)
  if (after === 0) return ramp[0]![1]
  if (after < 0) return ramp.at(-1)![1]
  const [[low, a], [high, b]] = [ramp[after - 1]!, ramp[after]!]
  const part = (octaves - low) / (high - low)
  const mixed = (which: 0 | 1 | 2): number => Math.round(a[which] + (b[which] - a[which]) * part)
  return [mixed(0), mixed(1), mixed(2)]
}

/** A pixel for each cell; who has ended or is lost is hatched from there on. */
export function drawHeat(canvas: HTMLCanvasElement, matrix: MatrixAnswer, of: Theme): void {
  canvas.width = matrix.cols
  canvas.height = matrix.rows
  const pen = canvas.getContext('2d')
  if (pen === null) return
  const image = pen.createImageData(matrix.cols, matrix.rows)
  const colours = Array.from({ length: 256 }, (_, byte) => colourOfByte(byte, matrix, of))
  cellsOf(matrix).forEach((byte, at) => {
    const [r, g, b] = colours[byte]!
    image.data.set([r, g, b, byte === 0 ? 0 : 255], at * 4)
  })
  for (const { state, row, from, to } of matrix.states) {
    if (state === 'named') continue
    const colour: Colour =
      state === 'ended'
        ? of === 'dark'
          ? [110, 116, 126]
          : [150, 152, 158]
        : of === 'dark'
          ? [227, 154, 195]
          : [170, 80, 130]
    for (let col = from; col < Math.min(to, matrix.cols); col += 1) {
      if ((col + row) % 3 !== 0) continue
      image.data.set([...colour, 255], (row * matrix.cols + col) * 4)
    }
  }
  pen.putImageData(image, 0, 0)
}

function colourOfByte(byte: number, { scale }: MatrixAnswer, of: Theme): Colour {
  if (scale.kind === 'log2') return heatColour((byte - scale.zero) / scale.perOctave, of)
  return heatColour(((byte - 1) / 254) * 1.1 + 0.1, of)
}
