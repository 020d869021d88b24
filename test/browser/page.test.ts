import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Browser } from 'playwright-core'
import { readJson, validate } from '@provloom/prov'
import { openReader } from '@provloom/reader'
import { removeFolder } from '@provloom/shared'
import { startUi } from '@provloom/ui'
import type { Ui } from '@provloom/ui'
import { bin, provloom, repository, start } from '../support/cli.ts'
import type { Started } from '../support/cli.ts'
import { chromium, hasJudges, named } from '../support/needs.ts'
import { rowsOf } from '../support/parquet.ts'
import { rowsOfLine } from './support/duckdb.ts'
import {
  expectNoSidewaysScrolling,
  faint,
  goTo,
  nameless,
  openBrowser,
  openPage,
  savedBy,
} from './support/browser.ts'

const training = path.join(repository, 'test/browser/support/training.py')
const hostile = '<img src=x onerror=alert(1)>'
const reason = 'no Chromium'

let dir: string
let saveDir: string
let browser: Browser
let ui: Ui

function train(ranks: number, ...told: readonly string[]): Started {
  const env = { PYTHONPATH: path.join(repository, 'clients/python'), TMPDIR: dir }
  return start(bin, ['run', '-n', String(ranks), '--', 'python3', training, ...told], {
    cwd: dir,
    env,
    untied: true,
  })
}

const inBrowser = (text: string, test: () => Promise<void>): void => {
  it.skipIf(chromium === undefined)(named(text, chromium !== undefined, reason), test)
}

beforeAll(async () => {
  if (chromium === undefined) return
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-page-'))
  saveDir = path.join(dir, 'prov')
  for (const rate of ['0.5', '0.1', '2']) await train(4, `rate=${rate}`).ended
  await train(4, 'rate=5', 'fails=2').ended
  await train(12, 'experiment=many', 'steps=200', 'slow=7', 'spike=33').ended
  await train(1, 'experiment=wide', 'nan=1').ended
  await train(1, `experiment=${hostile}`, 'steps=1').ended
  browser = await openBrowser()
  ui = await startUi({ reader: openReader(saveDir), port: 0 })
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await ui?.close()
  if (dir !== undefined) removeFolder(dir)
})

const pages = ['overview', 'curves', 'ranks', 'graph', 'files', 'environment']

/** Every file, with its size and when it was written. */
function writtenIn(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => [name, fs.statSync(path.join(folder, name))] as const)
    .map(([name, { size, mtimeMs }]) => `${name} ${size} ${mtimeMs}`)
    .sort()
}

describe('the page', () => {
  inBrowser(
    'shows every view in both themes and widths without a complaint, names everything, and asks no other origin',
    async () => {
      const views = [
        '#/',
        '#/compare?a=digits_0&b=digits_1',
        ...['digits_0', 'digits_3', 'many_0', 'wide_0'].flatMap((run) =>
          pages.map((page) => `#/${run}/${page}`),
        ),
      ]
      const before = writtenIn(saveDir)
      for (const look of [{ width: 1280 }, { width: 1920, dark: true }]) {
        const { page, complaints } = await openPage(browser, ui.url, look)
        for (const view of views) {
          await goTo(page, view)
          await page.waitForSelector('h1:not(:has-text("Reading"))', { state: 'attached' })
          await page.waitForLoadState('networkidle')
          await expectNoSidewaysScrolling(page, `${view} ${look.width}`)
          expect(await nameless(page), view).toEqual([])
          expect(await faint(page), view).toEqual([])
          // Who wants less motion has none.
          expect(await page.evaluate(() => document.getAnimations().length), view).toBe(0)
        }
        expect(complaints).toEqual([])
      }
      expect(writtenIn(saveDir)).toEqual(before)
    },
  )

  inBrowser('has the numbers of the record', async () => {
    const { page } = await openPage(browser, `${ui.url}#/digits_0/overview`)
    const last = new Map(
      (await rowsOf(path.join(saveDir, 'digits_0'), 'loss')).map(({ rank, value }) => [rank, value]),
    )
    const median = [...last.values()].sort((a, b) => a - b)[1]!
    const shown = page.locator('.figures > div', { hasText: 'loss' }).locator('.value')
    await shown.waitFor()
    expect(await shown.textContent()).toBe(String(Number(median.toPrecision(3))))
  })

  inBrowser('says which run is the best, marks, compares and opens runs by the keyboard alone', async () => {
    const { page } = await openPage(browser, `${ui.url}#/?query=experiment:digits&sort=-accuracy`)
    await page.waitForSelector('h1:has-text("best of 4: accuracy")')
    expect(await page.locator('.status').allTextContents()).toContainEqual(expect.stringMatching(/✕ failed/))
    await page.keyboard.press('x')
    await page.keyboard.press('j')
    await page.keyboard.press('x')
    await page.waitForFunction(() => document.querySelectorAll('input:checked').length === 2)
    await page.keyboard.press('c')
    await page.waitForSelector('table.diff')
    expect(page.url()).toMatch(/#\/compare\?a=digits_\d&b=digits_\d/)
    await page.keyboard.press('Backspace')
    await page.waitForSelector('table.runs')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.figures')
    for (const [key, word] of [
      ['2', 'curves'],
      ['3', 'ranks'],
      ['5', 'files'],
      ['6', 'environment'],
    ] as const) {
      await page.keyboard.press(key)
      await page.waitForSelector(`main.${word}`)
    }
    await page.keyboard.press('?')
    await page.waitForSelector('[role=dialog]')
    await page.keyboard.press('Escape')
    await page.waitForSelector('[role=dialog]', { state: 'detached' })
    const theme = (): Promise<string | undefined> =>
      page.evaluate(() => document.documentElement.dataset['theme'])
    const before = await theme()
    await page.keyboard.press('t')
    expect(await theme()).not.toBe(before)
  })

  inBrowser('names the slow rank, and draws its row', async () => {
    const { page } = await openPage(browser, `${ui.url}#/many_0/ranks`)
    const out = page.locator('.rank-row.brief')
    await out.first().waitFor()
    expect(await out.allTextContents()).toEqual([expect.stringMatching(/^7.*1\.60×▲ slow since step \d+$/)])
    await page.waitForSelector('.heat-names button:has-text("7 slow")')
    await page.waitForSelector('.heat canvas')
    await page.waitForFunction(
      () => (document.querySelector<HTMLCanvasElement>('.heat canvas')?.height ?? 0) === 12,
    )
    const shades = await page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('.heat canvas')!
      const { data } = canvas.getContext('2d')!.getImageData(canvas.width - 1, 0, 1, canvas.height)
      return Array.from({ length: canvas.height }, (_, row) => data.slice(row * 4, row * 4 + 3).join(','))
    })
    expect(shades.filter((one, row) => row !== 7 && one === shades[7])).toEqual([])
  })

  inBrowser('draws a spike of one point of one rank, or says that it lies beyond the axis', async () => {
    const { page } = await openPage(browser, `${ui.url}#/many_0/curves?m=training.loss`)
    await page.waitForSelector('.chart:has-text("loss") canvas')
    await page.waitForSelector('.chart:has-text("loss") .warn:has-text("reach above")')
    expect(await page.locator('.chart:has-text("loss") .warn').first().textContent()).toContain('to 40')
    // With an axis that takes in all, it is in the pixels: above the middle there is nothing else.
    const inked = (): Promise<number> =>
      page.evaluate(() => {
        const canvas = document.querySelector<HTMLCanvasElement>('.chart canvas')!
        const { data } = canvas
          .getContext('2d')!
          .getImageData(70, 12, canvas.width - 170, Math.floor(canvas.height / 3))
        let count = 0
        // Bluer than it is red: the band, not the grid.
        for (let at = 0; at < data.length; at += 4)
          if (data[at + 3]! > 0 && data[at + 2]! - data[at]! > 40) count += 1
        return count
      })
    await page.keyboard.press('f')
    await page.waitForSelector('.chart:has-text("loss") .warn', { state: 'detached' })
    await expect.poll(inked).toBeGreaterThan(10)
    expect(page.url()).toContain('fit=all')
  })

  inBrowser('exports what is drawn', async () => {
    const { page } = await openPage(browser, `${ui.url}#/digits_0/curves`)
    const chart = page.locator('.chart', { has: page.locator('b', { hasText: /^loss$/ }) })
    await chart.locator('canvas').waitFor()
    const [download] = await Promise.all([page.waitForEvent('download'), chart.locator('button.csv').click()])
    const lines = fs
      .readFileSync(await download.path(), 'utf8')
      .trim()
      .split('\r\n')
    expect(lines[0]).toBe('step,median,median min,median max')
    const rows = await rowsOf(path.join(saveDir, 'digits_0'), 'loss')
    expect(lines).toHaveLength(61)
    const at30 = rows.filter(({ step }) => step === 30n).map(({ value }) => value)
    expect(lines[31]!.split(',').map(Number)).toEqual([
      30,
      at30.sort((a, b) => a - b)[1],
      Math.min(...at30),
      Math.max(...at30),
    ])
  })

  inBrowser(
    'gives a chart as a picture and a drawing with title, run and legend, and all its rows',
    async () => {
      const { page } = await openPage(browser, `${ui.url}#/many_0/curves?m=training/loss&ranks=7&steps=10-19`)
      const chart = page.locator('.chart', { has: page.locator('b', { hasText: /^loss$/ }) })
      await chart.locator('canvas').waitFor()
      const click = (name: string) => (): Promise<void> =>
        chart.getByRole('button', { name, exact: true }).click()
      const png = await savedBy(page, click('PNG'))
      expect([png.name, png.bytes.subarray(1, 4).toString()]).toEqual(['loss_training.png', 'PNG'])
      const svg = (await savedBy(page, click('SVG'))).bytes.toString()
      for (const word of ['loss training', 'many_0', 'median', 'rank 7']) expect(svg).toContain(word)
      await click('all rows')()
      const line = (await chart.locator('pre.line').textContent()) ?? ''
      expect(line).toContain('step between 10 and 19')
      if (!hasJudges) return
      const rows = await rowsOf(path.join(saveDir, 'many_0'), 'loss')
      const meant = rows.filter(({ step }) => step >= 10n && step <= 19n)
      expect(rowsOfLine(line, dir)).toHaveLength(meant.length)
    },
  )

  inBrowser('gives the graph as a drawing, as DOT, and what is shown as PROV-JSON', async () => {
    const { page } = await openPage(browser, `${ui.url}#/digits_0/graph`)
    await page.locator('[data-id]', { hasText: 'softmax.pkl' }).first().click()
    await page.waitForSelector('aside h2:has-text("softmax.pkl")')
    await page.waitForSelector('aside .ways :text("learning_rate 0.5")')
    await page.keyboard.press('l')
    await page.waitForFunction(() => location.hash.includes('only=1'))
    await page.waitForFunction(() => document.querySelectorAll('[data-id].chosen').length === 1)
    const click = (name: string) => (): Promise<void> =>
      page.getByRole('button', { name, exact: true }).click()
    const svg = (await savedBy(page, click('SVG'))).bytes.toString()
    expect(svg).toMatch(/^<\?xml[^]*<svg[^]*softmax\.pkl/)
    expect((await savedBy(page, click('DOT'))).bytes.toString()).toMatch(/^digraph run \{[^]*softmax\.pkl/)
    const shown = (await savedBy(page, click('PROV-JSON'))).bytes.toString()
    expect(validate(readJson(shown))).toEqual([])
    expect(shown).toContain('softmax.pkl')
    expect(shown.length).toBeLessThan(fs.statSync(path.join(saveDir, 'digits_0/prov.json')).size)
    await page.getByRole('button', { name: 'verify' }).click()
    await page.waitForSelector('aside [role=status]:has-text("✓ copy has this sha256")')
  })

  inBrowser('tells of a failed run who stopped first, and what it said, before all else', async () => {
    const { page } = await openPage(browser, `${ui.url}#/digits_3/overview`)
    await page.waitForSelector('h1:has-text("Rank 2 raised FloatingPointError")')
    const said = page.locator('pre.said')
    await said.waitFor()
    expect(await said.textContent()).toMatch(
      /Traceback[^]*raise FloatingPointError[^]*loss is nan at step 40/,
    )
    expect(await page.locator('.timeline g.bad').textContent()).toContain('rank 2')
    const place = async (selector: string): Promise<number> =>
      (await page.locator(selector).first().boundingBox())?.y ?? Infinity
    expect(await place('.timeline')).toBeLessThan(await place('.figures'))
    await page.waitForSelector(':text("learning_rate 5; the completed runs here have 0.1 to 2")')
    await page.keyboard.press('c')
    await page.waitForSelector('main.compare')
  })

  inBrowser('is wholly within reach of Tab, with a ring around what has the focus', async () => {
    const { page } = await openPage(browser, `${ui.url}#/digits_0/overview`)
    await page.waitForSelector('.figures')
    await page.waitForLoadState('networkidle')
    const wanted = await page.evaluate(
      () =>
        [
          ...document.querySelectorAll<HTMLElement>(
            'a[href], button:not([disabled]), input, select, [tabindex="0"]',
          ),
        ].filter((one) => one.getClientRects().length > 0 && one.tabIndex >= 0).length,
    )
    const reached = await page.evaluate(() => document.activeElement?.tagName)
    expect(reached).toBe('BODY')
    const rings: boolean[] = []
    for (let at = 0; at < wanted; at++) {
      await page.keyboard.press('Tab')
      rings.push(
        await page.evaluate(() => {
          const one = document.activeElement
          if (one === null || one === document.body) return false
          one.setAttribute('data-reached', '1')
          return getComputedStyle(one).outlineStyle !== 'none'
        }),
      )
    }
    expect(await page.evaluate(() => document.querySelectorAll('[data-reached]').length)).toBe(wanted)
    expect(rings).not.toContain(false)
  })

  inBrowser('keeps what a person pins, in the address, on the run’s other pages too', async () => {
    const { page } = await openPage(browser, `${ui.url}#/many_0/curves`)
    await page.waitForSelector('.chart canvas')
    await page.keyboard.press('j')
    await page.keyboard.press(' ')
    await page.waitForFunction(() => location.hash.includes('pins='))
    const [pinned = ''] = await page
      .locator('.tree-row .pin[aria-pressed=true]')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')?.replace('pin ', '') ?? ''))
    await page.keyboard.press('1')
    await page.waitForSelector('main.overview .chart')
    expect(await page.locator('main.overview .chart b').allTextContents()).toEqual([pinned])
  })

  inBrowser('lays other runs over a curve, and compares as many as eight', async () => {
    const { page } = await openPage(browser, `${ui.url}#/digits_0/curves?m=training/loss`)
    await page.waitForSelector('.chart canvas')
    await page.keyboard.press('+')
    await page.locator('#with').selectOption('digits_1')
    await page.locator('#with').selectOption('digits_2')
    await page.waitForFunction(() => location.hash.includes('with=digits_1,digits_2'))
    const chart = page.locator('.chart', { has: page.locator('b', { hasText: /^loss$/ }) })
    await chart.locator('canvas').waitFor()
    await chart.getByRole('button', { name: 'table', exact: true }).click()
    const head = chart.locator('thead th')
    await expect
      .poll(async () => (await head.allTextContents()).filter((one) => /^digits_\d$/.test(one)))
      .toEqual(['digits_0', 'digits_1', 'digits_2'])
    const eight = ['digits_0', 'digits_1', 'digits_2', 'digits_3', 'many_0', 'wide_0']
    const said = eight.map((run, at) => `${'abcdefgh'[at]}=${run}`).join('&')
    await goTo(page, `#/compare?${said}`)
    await page.waitForSelector('table.diff')
    expect(await page.locator('table.diff thead a').allTextContents()).toEqual(eight)
  })

  inBrowser('says of values that are no numbers how many there are', async () => {
    const { page } = await openPage(browser, `${ui.url}#/wide_0/overview`)
    await page.waitForSelector('.chart .warn:has-text("29 NaN")')
    // In the list it is said by run.json alone, and in the terminal.
    await page.keyboard.press('Backspace')
    await page.waitForSelector('tr:has-text("wide_0") .warn:has-text("▲ NaN")')
    const { stdout } = await provloom(['ls', 'experiment:wide', '--dir', saveDir])
    expect(stdout).toMatch(/wide_0 +✓ completed ▲ NaN/)
  })

  inBrowser('restores a view from its address in another browser, and its links hold no token', async () => {
    const first = await openPage(browser, ui.url)
    await goTo(first.page, '#/many_0/curves?m=training/loss&steps=10-20&ranks=7&log=1')
    await first.page.waitForSelector('.chart canvas')
    expect(first.page.url()).not.toContain(ui.token)
    const address = first.page.url()
    const stranger = await browser.newContext()
    onTestFinished(() => stranger.close())
    const page = await stranger.newPage()
    await page.goto(address)
    await page.waitForSelector('h1:has-text("needs its token")')
    const second = await openPage(browser, ui.url)
    await second.page.goto(address)
    await second.page.waitForSelector('b:has-text("10 – 20")')
    expect(await second.page.locator('#rank').inputValue()).toBe('7')
    expect(
      await second.page.getByRole('button', { name: 'log', exact: true }).getAttribute('aria-pressed'),
    ).toBe('true')
  })

  inBrowser('runs nothing of what a run is called', async () => {
    const { page, complaints } = await openPage(browser, ui.url)
    page.on('dialog', () => complaints.push('a dialog'))
    await page.waitForSelector('table.runs')
    for (const view of pages) {
      await goTo(page, `#/img-src-x-onerror-alert-1-_0/${view}`)
      await page.waitForLoadState('networkidle')
    }
    expect(await page.locator('img').count()).toBe(0)
    expect(complaints).toEqual([])
  })
})
