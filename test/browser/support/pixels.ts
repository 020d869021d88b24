/// <reference lib="dom" />
import type { Locator, Page } from 'playwright-core'

/** Columns of a chart's canvas in whose uppermost part something coloured is drawn, and where its plot begins and ends. */
export async function columnsThatReachUp(
  chart: Locator,
  part: number,
): Promise<{ readonly columns: readonly number[]; readonly from: number; readonly to: number }> {
  return await chart.evaluate((place, part) => {
    const canvas = place.querySelector('canvas')!
    const over = place.querySelector('.u-over')!.getBoundingClientRect()
    const box = canvas.getBoundingClientRect()
    const scale = canvas.width / box.width
    const [from, to, top, tall] = [
      over.left - box.left,
      over.right - box.left,
      over.top - box.top,
      over.height,
    ].map((one) => Math.round(one * scale))
    const height = Math.round(tall! * part)
    const { data } = canvas.getContext('2d')!.getImageData(from!, top! + 1, to! - from!, height)
    const columns: number[] = []
    for (let x = 0; x < to! - from!; x++) {
      const isColoured = Array.from({ length: height }, (_, y) => (y * (to! - from!) + x) * 4).some((at) => {
        const rgb = data.slice(at, at + 3)
        return data[at + 3]! > 20 && Math.max(...rgb) - Math.min(...rgb) > 40
      })
      if (isColoured) columns.push(from! + x)
    }
    return { columns, from: from!, to: to! }
  }, part)
}

/** The heat map as it is drawn. */
export async function heatPixels(page: Page): Promise<{
  readonly rows: number
  readonly cols: number
  /** A pixel's red, green, blue and alpha. */
  readonly colour: (row: number, col: number) => string
}> {
  const { rows, cols, data } = await page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('.heat canvas')!
    const { width: cols, height: rows } = canvas
    const image = canvas.getContext('2d')!.getImageData(0, 0, cols, rows)
    return { rows, cols, data: [...image.data] }
  })
  return {
    rows,
    cols,
    colour: (row, col) => data.slice((row * cols + col) * 4, (row * cols + col) * 4 + 4).join(),
  }
}
