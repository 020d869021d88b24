import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Browser } from 'playwright-core'
import { openReader } from '@provloom/reader'
import { removeFolder } from '@provloom/shared'
import { startUi } from '@provloom/ui'
import type { Ui } from '@provloom/ui'
import { bin, repository, start } from '../support/cli.ts'
import type { Started } from '../support/cli.ts'
import { chromium, named } from '../support/needs.ts'
import { rowsOf } from '../support/parquet.ts'
import { expectNoSidewaysScrolling, faint, goTo, nameless, openBrowser, openPage } from './support/browser.ts'

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
  await train(1, 'experiment=wide', 'metrics=3000', 'nan=1').ended
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
      for (const look of [{ width: 1280 }, { width: 1920, dark: true }]) {
        const { page, complaints } = await openPage(browser, ui.url, look)
        for (const view of views) {
          await goTo(page, view)
          await page.waitForSelector('h1:not(:has-text("Reading"))', { state: 'attached' })
          await page.waitForLoadState('networkidle')
          await expectNoSidewaysScrolling(page, `${view} ${look.width}`)
          expect(await nameless(page), view).toEqual([])
          expect(await faint(page), view).toEqual([])
        }
        expect(complaints).toEqual([])
      }
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
    const out = page.locator('.rank-row.brief b')
    await out.first().waitFor()
    expect(await out.allTextContents()).toEqual(['7'])
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
    'shows three thousand metrics with no more than twelve charts, and finds one by its name',
    async () => {
      const { page } = await openPage(browser, `${ui.url}#/wide_0/curves`)
      await page.waitForSelector('.tree-row')
      await page.evaluate(() => scrollTo(0, 40_000))
      await page.waitForSelector('.chart canvas')
      expect(await page.locator('canvas').count()).toBeLessThanOrEqual(12)
      expect(await page.locator('.tree-row').count()).toBeLessThan(100)
      await page.locator('aside input[type=search]').fill('layer_02999')
      await page.waitForSelector('.tree-row:has-text("layer_02999")')
      expect(await page.locator('.tree-row').count()).toBe(1)
    },
  )

  inBrowser('says of values that are no numbers how many there are', async () => {
    const { page } = await openPage(browser, `${ui.url}#/wide_0/overview`)
    await page.waitForSelector('.chart .warn:has-text("29 NaN")')
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

  inBrowser('says what to do where there are no runs, and fills by itself', async () => {
    const empty = path.join(dir, 'empty')
    const own = await startUi({ reader: openReader(empty), port: 0 })
    onTestFinished(() => own.close())
    const { page } = await openPage(browser, own.url)
    await page.waitForSelector('pre:has-text("provloom run")')
    fs.cpSync(path.join(saveDir, 'digits_0'), path.join(empty, 'digits_0'), { recursive: true })
    await page.waitForSelector('table.runs')
  })

  inBrowser(
    'moves while a run goes on, says so when nobody answers, and goes on with another server',
    async () => {
      const token = '00112233445566778899aabbccddeeff'
      const live = path.join(dir, 'live')
      fs.mkdirSync(live, { recursive: true })
      const env = { PYTHONPATH: path.join(repository, 'clients/python'), TMPDIR: live }
      const run = start(
        bin,
        ['run', '-n', '2', '--', 'python3', training, 'experiment=live', 'steps=400', 'pause=0.1'],
        { cwd: live, env },
      )
      const reader = openReader(path.join(live, 'prov'))
      const first = await startUi({ reader, port: 0, token })
      const { page } = await openPage(browser, first.url)
      await page.waitForSelector('a:has-text("live_0")')
      await goTo(page, '#/live_0/overview')
      const step = async (): Promise<number> =>
        Number(/Step (\d+)/.exec((await page.locator('h1').textContent()) ?? '')?.[1] ?? -1)
      await page.waitForFunction(() =>
        /Step \d+ of 400/.test(document.querySelector('h1')?.textContent ?? ''),
      )
      await page.waitForSelector('.status:has-text("live")')
      const before = await step()
      await page.waitForFunction(
        (than) => Number(/Step (\d+)/.exec(document.querySelector('h1')?.textContent ?? '')?.[1]) > than,
        before,
      )
      await first.close()
      await page.waitForSelector('.no-answer:has-text("trying again")')
      const gone = await step()
      expect(gone).toBeGreaterThan(before)
      const second = await startUi({ reader, port: first.port!, token })
      onTestFinished(() => second.close())
      await page.waitForSelector('.no-answer', { state: 'detached' })
      await page.waitForFunction(
        (than) => Number(/Step (\d+)/.exec(document.querySelector('h1')?.textContent ?? '')?.[1]) > than,
        gone,
      )
      run.child.kill('SIGTERM')
      await run.ended
      await page.waitForSelector('.status:not(:has-text("live"))')
    },
  )
})
