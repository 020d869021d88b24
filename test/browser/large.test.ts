import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser, Page, Request } from 'playwright-core'
import { openReader } from '@provloom/reader'
import { removeFolder } from '@provloom/shared'
import { bin, repository, start } from '../support/cli.ts'
import type { Started } from '../support/cli.ts'
import { enduring } from '../support/effort.ts'
import { chromium } from '../support/needs.ts'
import { expectNoSidewaysScrolling, goTo, nameless, openBrowser, openPage } from './support/browser.ts'
import { columnsThatReachUp, heatPixels } from './support/pixels.ts'

/** What bench/src/load/training.ts puts into a run of so many ranks and steps. */
const ranks = 1024
const steps = 9700
const slow = { rank: 613, from: Math.floor(steps * 0.3) }
const lost = { rank: 800, step: Math.floor(steps * 0.6) }
const spike = { rank: 411, step: Math.floor(steps * 0.52), value: 1000 }
const curveBytesMax = 200_000
/** What is meant to be enough is 300 MB: V8 collects late what a graph of 15 MB leaves behind. */
const serverBytesMax = 1e9

const reason = chromium === undefined ? 'no Chromium' : enduring ? undefined : 'npm run endure -- browser'
const pages = ['overview', 'curves', 'ranks', 'graph', 'files', 'environment']

let made: string | undefined
let browser: Browser
let server: Started
let url: string
let run: string
let loss: string

/** The run of 1e8 points: of a folder that is named, or made now. */
function largeRun(): string {
  const there = process.env['PROVLOOM_TEST_LARGE']
  if (there !== undefined) return there
  made = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-large-'))
  const run = { cwd: repository, stdio: 'inherit' } as const
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'bench'], run)
  execFileSync(process.execPath, ['bench/dist/large/main.js', '--into', path.join(made, 'prov')], run)
  return path.join(made, 'prov')
}

beforeAll(async () => {
  if (reason !== undefined) return
  const saveDir = largeRun()
  const { runs } = await openReader(saveDir).runs()
  run = runs[0]!.run
  const { metrics } = await openReader(saveDir).run(run, { limit: 100 })
  loss = metrics.find(({ key }) => key === 'loss')!.id
  server = start(bin, ['ui', saveDir, '--port', '0', '--json'], { untied: true })
  url = JSON.parse((await server.seen(/^\{.*\}$/m))[0]).url
  browser = await openBrowser()
}, 1_800_000)

afterAll(async () => {
  await browser?.close()
  server?.child.kill('SIGTERM')
  await server?.ended
  if (made !== undefined) removeFolder(made)
})

describe.skipIf(reason !== undefined)(`the page of a run of 1e8 points`, () => {
  it('shows every view in both themes without a complaint, and names everything', async () => {
    for (const look of [{ width: 1280 }, { width: 1920, dark: true }]) {
      const { page, complaints } = await openPage(browser, url, look)
      for (const view of ['#/', ...pages.map((name) => `#/${run}/${name}`)]) {
        const began = performance.now()
        await shown(page, view)
        console.log(`${view} at ${look.width}: ${((performance.now() - began) / 1000).toFixed(1)} s`)
        await expectNoSidewaysScrolling(page, `${view} ${look.width}`)
        expect(await nameless(page), view).toEqual([])
      }
      expect(complaints).toEqual([])
    }
  })

  it('draws a spike of one point at full view, and at every zoom that holds it', async () => {
    const { page } = await openPage(browser, url)
    const around = (half: number): [number, number] => [spike.step - half, spike.step + half]
    // Of few buckets one is no exception: the axis goes up to it.
    const zooms: readonly Zoom[] = [
      [0, steps - 1, 128, 0.02],
      [...around(1000), 128, 0.1],
      [...around(40), 1, 0.02],
    ]
    for (const [first, last, width, part] of zooms) {
      const isAll = first === 0
      await shown(
        page,
        `#/${run}/curves?m=${encodeURIComponent(loss)}${isAll ? '' : `&steps=${first}-${last}`}`,
      )
      const chart = page.locator('.chart', { has: page.locator('b', { hasText: /^loss$/ }) }).first()
      await chart.locator('canvas').waitFor()
      // What lies beyond the axis is told of: until then it is the view before.
      await chart.locator('.warn').waitFor({ state: part < 0.1 ? 'visible' : 'detached' })
      const { columns, from, to } = await columnsThatReachUp(chart, part)
      const bucket = (width / (last - first)) * (to - from)
      const at = from + ((spike.step - first) / (last - first)) * (to - from)
      const away = (column: number): number => Math.abs(column - at)
      expect(
        columns.some((column) => away(column) <= 3 + 2 * bucket),
        `steps ${first} to ${last}`,
      ).toBe(true)
      const beside = columns.filter(
        (column) => away(column) > 6 + 6 * bucket && away(column) < 20 + 12 * bucket,
      )
      expect(beside, `steps ${first} to ${last}`).toEqual([])
    }
  })

  it('shows the one slow rank and the one lost rank in the pixels of the heat map, and names them', async () => {
    const { page } = await openPage(browser, url)
    await shown(page, `#/${run}/ranks`)
    await page.waitForSelector(`h1:has-text("Rank ${slow.rank}")`)
    await page.waitForFunction(
      () => (document.querySelector<HTMLCanvasElement>('.heat canvas')?.height ?? 0) > 100,
    )
    const { rows, cols, colour } = await heatPixels(page)
    const rowOf = (rank: number): number => Math.floor((rank * rows) / ranks)
    const column = (step: number): number => Math.floor((step / steps) * cols)
    const own = colour(rowOf(slow.rank), cols - 2)
    const alike = Array.from({ length: rows }, (_, row) => row).filter((row) => colour(row, cols - 2) === own)
    expect(alike).toEqual([rowOf(slow.rank)])
    expect(colour(rowOf(slow.rank), column(slow.from) - 3)).not.toBe(own)
    expect(colour(rowOf(slow.rank), column(slow.from) + 3)).toBe(own)
    const hatched = (row: number): number =>
      new Set(Array.from({ length: 12 }, (_, i) => colour(row, cols - 2 - i))).size
    expect(hatched(rowOf(lost.rank))).toBeGreaterThan(hatched(rowOf(lost.rank) - 2))
    const names = await page.locator('.heat-names button').allTextContents()
    expect(names.join(' ')).toContain(String(slow.rank))
    expect(names.join(' ')).toContain(String(lost.rank))
  })

  it('shows ten thousand metrics with no more than twelve charts, and finds one by its name', async () => {
    const { page } = await openPage(browser, url)
    await shown(page, `#/${run}/curves`)
    await page.waitForSelector('.tree-row')
    for (const top of [0, 20_000, 400_000, 1_000_000]) {
      await page.evaluate((to) => scrollTo(0, to), top)
      await page.waitForTimeout(300)
      expect(await page.locator('canvas').count()).toBeLessThanOrEqual(12)
      expect(await page.locator('.tree-row').count()).toBeLessThan(100)
    }
    await page.locator('aside input[type=search]').fill('layer_09999')
    await page.waitForSelector('.tree-row:has-text("layer_09999")')
    expect(await page.locator('.tree-row').count()).toBe(1)
  })

  it('sends no curve that is large, and the server stays small', async () => {
    const { page } = await openPage(browser, url)
    const sizes: Promise<readonly [string, number]>[] = []
    page.on('requestfinished', (request) => {
      if (request.url().includes('/curve?'))
        sizes.push(request.sizes().then(({ responseBodySize }) => [request.url(), responseBodySize] as const))
    })
    for (const view of ['overview', 'curves', 'ranks', `curves?m=${encodeURIComponent(loss)}&by=time`])
      await shown(page, `#/${run}/${view}`)
    const known = await Promise.all(sizes)
    expect(known.length).toBeGreaterThan(1)
    expect(known.filter(([, bytes]) => bytes > curveBytesMax)).toEqual([])
    const status = fs.readFileSync(`/proc/${server.child.pid!}/status`, 'utf8')
    const peak = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
    console.log(
      `${known.length} curves, of at most ${Math.max(...known.map(([, bytes]) => bytes))} bytes; server ${(peak / 1e6).toFixed(0)} MB`,
    )
    expect(peak).toBeLessThan(serverBytesMax)
  })
})

/** Steps, how many of them are in a bucket, and the part of the plot that only the spike comes into. */
type Zoom = readonly [first: number, last: number, width: number, part: number]

/** All that a view asks for is there. */
async function shown(page: Page, view: string): Promise<void> {
  const asked = new Set<Request>()
  const begun = (request: Request): void => void asked.add(request)
  const ended = (request: Request): void => void asked.delete(request)
  page.on('request', begun).on('requestfinished', ended).on('requestfailed', ended)
  await goTo(page, view)
  await page.waitForSelector('h1:not(:has-text("Reading"))', { state: 'attached' })
  const isStream = (one: Request): boolean => one.url().includes('/live?')
  await expect.poll(() => [...asked].filter((one) => !isStream(one)).length, { timeout: 60_000 }).toBe(0)
  // What comes of an answer may ask again.
  await page.waitForTimeout(200)
  await expect.poll(() => [...asked].filter((one) => !isStream(one)).length, { timeout: 60_000 }).toBe(0)
  page.off('request', begun).off('requestfinished', ended).off('requestfailed', ended)
}
