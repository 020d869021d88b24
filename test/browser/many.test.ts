import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { openReader } from '@provloom/reader'
import { removeFolder } from '@provloom/shared'
import { startUi } from '@provloom/ui'
import type { Ui } from '@provloom/ui'
import { chromium, hasJudges, named } from '../support/needs.ts'
import { expectNoSidewaysScrolling, goTo, openBrowser, openPage, savedBy } from './support/browser.ts'
import { rowsOfLine } from './support/duckdb.ts'
import { makeTraining, makeWide } from './support/made.ts'

let dir: string
let browser: Browser
let ui: Ui

beforeAll(async () => {
  if (chromium === undefined) return
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-many-'))
  for (const [at, rate] of [0.5, 0.1, 0.5].entries()) await makeTraining(dir, `digits_${at}`, rate)
  await makeWide(dir, 'wide_0', 10_000)
  browser = await openBrowser()
  ui = await startUi({ reader: openReader(dir), port: 0 })
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await ui?.close()
  if (dir !== undefined) removeFolder(dir)
})

const inBrowser = (text: string, test: () => Promise<void>): void => {
  it.skipIf(chromium === undefined)(named(text, chromium !== undefined, 'no Chromium'), test)
}

describe('of many there are few at a time', () => {
  inBrowser('ten thousand metrics are at most twelve charts and a short list, and one is found', async () => {
    const { page, complaints } = await openPage(browser, `${ui.url}#/wide_0/curves`)
    await page.waitForSelector('.tree-row')
    await page.waitForSelector('aside p:has-text("10 000 metrics")')
    for (const top of [0, 20_000, 400_000, 1_200_000]) {
      await page.evaluate((to) => scrollTo(0, to), top)
      await page.waitForFunction((to) => Math.abs(scrollY - to) < 2000, top)
      await page.waitForSelector('.chart canvas')
      expect(await page.locator('canvas').count()).toBeLessThanOrEqual(12)
      expect(await page.locator('.tree-row').count()).toBeLessThan(100)
    }
    await page.locator('aside input[type=search]').fill('layer_09999')
    await page.waitForSelector('.tree-row:has-text("layer_09999")')
    expect(await page.locator('.tree-row').count()).toBe(1)
    expect(complaints).toEqual([])
  })

  inBrowser('runs are grouped by a parameter, groups folded, and the address holds both', async () => {
    const { page } = await openPage(browser, `${ui.url}#/?query=experiment:digits+learning_rate>0`)
    await page.waitForSelector('table.runs')
    await page.locator('label:has-text("group") select').selectOption('learning_rate')
    const heads = page.locator('.group button')
    await heads.first().waitFor()
    expect(await heads.allTextContents()).toEqual(['▾ learning_rate 0.5', '▾ learning_rate 0.1'])
    const rows = (): Promise<string[]> => page.locator('tbody tr:not(.group) th a').allTextContents()
    expect(await rows()).toEqual(['digits_2', 'digits_0', 'digits_1'])
    await heads.first().click()
    await page.waitForSelector('.group button:has-text("▸")')
    expect(await rows()).toEqual(['digits_1'])
    // Keys go through what is seen; a button that has the focus takes Enter.
    await page.locator('h1').click()
    await page.keyboard.press('Enter')
    await page.waitForSelector('.crumbs:has-text("digits_1")')
    await page.goBack()
    await page.waitForSelector('.group button:has-text("▸")')
    expect(await rows()).toEqual(['digits_1'])
  })
})

inBrowser('on a telephone every page is one column, and nothing lies beyond its edge', async () => {
  const { page, complaints } = await openPage(browser, ui.url, { width: 375, dark: true })
  const pages = ['overview', 'curves', 'ranks', 'graph', 'files', 'environment']
  for (const view of ['#/', '#/compare?a=digits_0&b=digits_1', ...pages.map((one) => `#/digits_0/${one}`)]) {
    await goTo(page, view)
    await page.waitForSelector('h1:not(:has-text("Reading"))', { state: 'attached' })
    await page.waitForLoadState('networkidle')
    await expectNoSidewaysScrolling(page, view)
  }
  expect(complaints).toEqual([])
})

describe('the map of ranks by steps as a file', () => {
  const save = async (page: Page, name: string): Promise<{ name: string; text: string; bytes: Buffer }> => {
    const map = page.locator('.panel', { has: page.locator('.heat') })
    const button = map.locator('header').first().getByRole('button', { name, exact: true })
    const { name: file, bytes } = await savedBy(page, () => button.click())
    return { name: file, text: bytes.toString(), bytes }
  }

  inBrowser('is what is drawn: ratios row by row, a picture, a drawing with names and axes', async () => {
    const { page, complaints } = await openPage(browser, `${ui.url}#/digits_0/ranks`)
    await page.waitForSelector('.heat-names button:has-text("2 slow")')
    const csv = await save(page, 'CSV')
    expect(csv.name).toBe('digits_0_step_time_ranks_by_steps.csv')
    const rows = csv.text.trim().split('\r\n')
    expect(rows[0]?.split(',').slice(0, 5)).toEqual(['ranks', 'state', '0', '1', '2'])
    const cells = rows.slice(1).map((row) => row.split(','))
    expect(cells.map(([rank]) => rank)).toEqual(['0', '1', '2', '3'])
    // Step 9 and 10 of rank 2, and of another: to the median, as a byte keeps it.
    const ratio = (rank: number, step: number): number => Number(cells[rank]?.[step + 2])
    expect([ratio(2, 9), ratio(2, 10), ratio(0, 10)]).toEqual([1, 2, 1])
    const png = await save(page, 'PNG')
    expect(png.bytes.subarray(1, 4).toString()).toBe('PNG')
    const svg = await save(page, 'SVG')
    expect(svg.text).toMatch(/^<svg [^]*<image [^>]*href="data:image\/png;base64,[^]*<\/svg>$/)
    for (const word of ['step time', 'digits_0', '2 slow', 'hatched']) expect(svg.text).toContain(word)
    // It is a drawing that a browser can read.
    const drawn = await page.evaluate(
      (text) => new DOMParser().parseFromString(text, 'image/svg+xml').querySelectorAll('text').length,
      svg.text,
    )
    expect(drawn).toBeGreaterThan(10)
    expect(complaints).toEqual([])
  })

  inBrowser('has the line that reads all rows of what is zoomed to', async () => {
    const { page } = await openPage(browser, ui.url)
    await goTo(page, '#/digits_0/ranks?steps=5-9')
    await page.waitForSelector('.heat canvas')
    const map = page.locator('.panel', { has: page.locator('.heat') })
    await map.locator('header').first().getByRole('button', { name: 'all rows' }).click()
    const line = (await page.locator('pre.line').first().textContent()) ?? ''
    expect(line).toContain('step between 5 and 9')
    if (hasJudges) expect(rowsOfLine(line, dir)).toHaveLength(4 * 5)
  })
})
