import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { openReader } from '@provloom/reader'
import { removeFolder } from '@provloom/shared'
import { startUi } from '@provloom/ui'
import type { Ui } from '@provloom/ui'
import { chromium, named } from '../support/needs.ts'
import { goTo, openBrowser, openPage } from './support/browser.ts'
import { makeTraining } from './support/made.ts'

let dir: string
let browser: Browser
let ui: Ui

beforeAll(async () => {
  if (chromium === undefined) return
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-keys-'))
  for (const [at, rate] of [0.5, 0.1].entries()) await makeTraining(dir, `digits_${at}`, rate)
  await makeTraining(dir, 'live_0', 1, 'running')
  browser = await openBrowser()
  ui = await startUi({ reader: openReader(dir), port: 0 })
}, 60_000)

afterAll(async () => {
  await browser?.close()
  await ui?.close()
  if (dir !== undefined) removeFolder(dir)
})

type Seen = (page: Page) => Promise<unknown>

/** What is there when a key has been pressed. */
const there =
  (selector: string): Seen =>
  (page) =>
    page.waitForSelector(selector)
const address =
  (part: string): Seen =>
  (page) =>
    page.waitForFunction((text) => decodeURIComponent(location.hash).includes(text), part)
const noAddress =
  (part: string): Seen =>
  (page) =>
    page.waitForFunction((text) => !decodeURIComponent(location.hash).includes(text), part)
/** Whether the drawing is wider than its room. */
const isWider =
  (wanted: boolean): Seen =>
  (page) =>
    page.waitForFunction((wider) => {
      const [room, drawing] = ['.graph-room', 'svg.graph'].map((one) => document.querySelector(one))
      return (drawing?.clientWidth ?? 0) > (room?.clientWidth ?? 0) + 8 === wider
    }, wanted)
const focus =
  (selector: string): Seen =>
  (page) =>
    page.waitForSelector(`${selector}:focus`)

/** Of each page its address, what is there before a key is pressed, and what each key of its own does there, one after the other. */
const pages: Readonly<
  Record<string, readonly [hash: string, begins: string, keys: readonly [string, Seen][]]>
> = {
  runs: [
    '#/?query=experiment:digits',
    'table.runs',
    [
      ['j', there('tbody tr:nth-child(2).at')],
      ['k', there('tbody tr:nth-child(1).at')],
      ['x', address('marked=')],
      ['s', address('sort=')],
      ['c', there('main.compare')],
      ['Enter', there('main.overview')],
    ],
  ],
  overview: ['#/digits_0/overview', '.figures', [['c', there('main.compare')]]],
  curves: [
    '#/digits_0/curves?steps=5-10',
    '.chart canvas',
    [
      ['j', there('.chart.at:has-text("step_time")')],
      ['k', there('.chart.at:has-text("loss")')],
      [' ', address('pins=training/loss')],
      ['b', address('by=time')],
      ['g', address('log=1')],
      ['f', address('fit=all')],
      ['0', noAddress('steps=')],
      ['r', focus('#rank')],
      ['+', focus('#with')],
      ['c', there('main.compare')],
    ],
  ],
  ranks: [
    '#/digits_0/ranks?steps=5-20&rank=0',
    '.heat canvas',
    [
      ['j', noAddress('rank=0')],
      ['k', address('rank=')],
      ['o', address('order=slowest')],
      ['0', noAddress('steps=')],
      ['Enter', there('main.curves .chart canvas')],
      ['c', there('main.compare')],
    ],
  ],
  graph: [
    '#/digits_0/graph',
    'svg.graph',
    [
      ['j', there('[data-id].chosen')],
      ['l', address('only=1')],
      ['k', address('at=')],
      ['m', address('machinery=1')],
      [
        'Enter',
        async (page) => {
          await address('fold=none')(page)
          for (let times = 0; times < 8; times++) await page.getByRole('button', { name: 'larger' }).click()
          await isWider(true)(page)
        },
      ],
      ['f', isWider(false)],
      ['Escape', noAddress('at=')],
      ['c', there('main.compare')],
    ],
  ],
  files: ['#/digits_0/files', 'main.files table', [['c', there('main.compare')]]],
  environment: ['#/digits_0/environment', 'main.environment .panel', [['c', there('main.compare')]]],
  compare: [
    '#/compare?a=digits_0&b=digits_1',
    'table.diff',
    [
      ['d', address('all=1')],
      ['g', address('log=1')],
      ['x', address('a=digits_1&b=digits_0')],
    ],
  ],
}

/** On every page, and beside them of a run the numbers of its pages. */
const shared = ['y', 't', '?', '/', 'Backspace', 'e']

const inBrowser = (text: string, test: () => Promise<void>): void => {
  it.skipIf(chromium === undefined)(named(text, chromium !== undefined, 'no Chromium'), test)
}

async function shownKeys(page: Page): Promise<string[]> {
  await page.keyboard.press('?')
  const all = await page.locator('[role=dialog] dt').allTextContents()
  await page.keyboard.press('Escape')
  await page.waitForSelector('[role=dialog]', { state: 'detached' })
  return all.map((one) => (one === 'Space' ? ' ' : one)).filter((one) => one !== 'Escape')
}

describe('by the keyboard alone', () => {
  for (const [name, [hash, begins, keys]] of Object.entries(pages)) {
    inBrowser(`every key of ${name} that ? shows does what it says`, async () => {
      const { page } = await openPage(browser, ui.url)
      const begin = async (): Promise<void> => {
        await goTo(page, '#/nowhere')
        await goTo(page, hash)
        await page.waitForSelector(begins)
      }
      await begin()
      const ofRun = ['runs', 'compare'].includes(name) ? [] : ['1', '2', '3', '4', '5', '6']
      const own = keys.map(([key]) => key).filter((key) => key !== 'Escape')
      // The last of them come with what the page asks for.
      const wanted = [...new Set([...own, ...shared, ...ofRun])].toSorted()
      await expect.poll(async () => (await shownKeys(page)).toSorted(), { timeout: 30_000 }).toEqual(wanted)
      for (const [key, seen] of keys) {
        await page.keyboard.press(key)
        await seen(page)
        // What has the focus takes keys; and another page has others.
        if (await page.evaluate(() => document.activeElement instanceof HTMLInputElement))
          await page.keyboard.press('Escape')
        if (await page.evaluate(() => document.activeElement instanceof HTMLSelectElement))
          await page.evaluate(() => (document.activeElement as HTMLElement).blur())
        if ((await page.locator(`main.${name}`).count()) === 0) await begin()
      }
      const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('e')])
      expect(download.suggestedFilename()).toMatch(/\.(?:csv|json|svg)$/)
    })
  }

  inBrowser('numbers go to the pages of a run, / finds, and Backspace goes to all runs', async () => {
    const { page } = await openPage(browser, `${ui.url}#/digits_0/overview`)
    await page.waitForSelector('.figures')
    for (const [at, name] of ['overview', 'curves', 'ranks', 'graph', 'files', 'environment'].entries()) {
      await page.keyboard.press(String(at + 1))
      await page.waitForSelector(`main.${name}`)
    }
    await page.keyboard.press('1')
    await page.waitForSelector('main.overview')
    await page.keyboard.press('/')
    await page.waitForSelector('header input[type=search]:focus')
    await page.keyboard.type('step_time')
    await page.waitForSelector('.found a:has-text("step_time")')
    await page.keyboard.press('Enter')
    await page.waitForSelector('main.curves .chart:has-text("step_time") canvas')
    await page.keyboard.press('Backspace')
    await page.waitForSelector('table.runs')
  })

  inBrowser(
    'y copies the address without a token, t switches dark and light, p holds what goes on',
    async () => {
      // As one that was written a moment ago.
      fs.utimesSync(path.join(dir, 'live_0/run.json'), new Date(), new Date())
      const { page, context } = await openPage(browser, `${ui.url}#/live_0/overview`)
      await context.grantPermissions(['clipboard-read', 'clipboard-write'])
      await page.waitForSelector('.status:has-text("live")')
      expect(await shownKeys(page)).toContain('p')
      await page.keyboard.press('p')
      await page.waitForSelector('.status:has-text("paused")')
      await page.keyboard.press('p')
      await page.waitForSelector('.status:has-text("live")')
      await page.keyboard.press('y')
      await page.waitForSelector('.key:has-text("copied")')
      const copied = await page.evaluate(() => navigator.clipboard.readText())
      expect(copied).toBe(`${ui.url.replace(/\?.*/, '')}#/live_0/overview`)
      const theme = (): Promise<string | undefined> =>
        page.evaluate(() => document.documentElement.dataset['theme'])
      const before = await theme()
      await page.keyboard.press('t')
      expect(await theme()).not.toBe(before)
    },
  )
})
