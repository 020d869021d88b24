import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Browser } from 'playwright-core'
import { openReader } from '@provloom/reader'
import { removeFolder } from '@provloom/shared'
import { startUi } from '@provloom/ui'
import type { Ui } from '@provloom/ui'
import { givePoints } from '../../packages/reader/test/support/points.ts'
import { makeRun } from '../../packages/reader/test/support/runs.ts'
import { chromium, named } from '../support/needs.ts'
import { goTo, openBrowser, openPage } from './support/browser.ts'

let dir: string
let browser: Browser
let ui: Ui

const inBrowser = (text: string, test: () => Promise<void>): void => {
  it.skipIf(chromium === undefined)(named(text, chromium !== undefined, 'no Chromium'), test)
}

const series = { ranks: 1, first: 1, last: 1, firstStep: 0, seconds: 2 } as const
const [ranks, steps] = [1024, 64]

/** 1,024 ranks of 128 hosts, of which 613 is slow from step 25 on and 288 lost at step 56. */
async function makeLarge(saveDir: string): Promise<void> {
  const key = 'compute_time'
  const shown = { key, context: 'training', ranks, points: ranks * steps, first: 0.2, last: 0.2 }
  await makeRun(saveDir, {
    name: 'large_0',
    ranks,
    status: 'failed',
    head: {
      hosts: { shown: ['n000'], more: 127 },
      metrics: {
        shown: [
          {
            ...shown,
            firstStep: 0,
            lastStep: steps - 1,
            span: { firstUs: 0, lastUs: steps * 1e6, gapUs: 1e6 },
            min: 0.2,
            max: 0.34,
          },
        ],
        more: 0,
      },
    },
    of: (rank) => ({
      status: rank === 288 ? 'lost' : 'completed',
      host: `n${String(Math.floor(rank / 8)).padStart(3, '0')}`,
      lastStep: rank === 288 ? 55 : steps - 1,
    }),
  })
  const points = Array.from({ length: ranks }, (_, rank) => rank).flatMap((rank) =>
    Array.from({ length: rank === 288 ? 56 : steps }, (_, step) => ({
      rank,
      key,
      step,
      value: rank === 613 && step >= 25 ? 0.34 : 0.2,
    })),
  )
  givePoints(path.join(saveDir, 'large_0'), points)
}

beforeAll(async () => {
  if (chromium === undefined) return
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-states-'))
  const saveDir = path.join(dir, 'prov')
  await makeRun(saveDir, { name: 'bare_0' })
  await makeRun(saveDir, {
    name: 'few_0',
    head: {
      metrics: {
        shown: [
          { ...series, key: 'once', context: 'training', points: 1, lastStep: 0 },
          { ...series, key: 'void', context: 'training', points: 3, lastStep: 2, first: 'NaN', last: 'NaN' },
        ],
        more: 0,
      },
    },
  })
  givePoints(path.join(saveDir, 'few_0'), [
    { rank: 0, key: 'once', step: 0, value: 1 },
    ...[0, 1, 2].map((step) => ({ rank: 0, key: 'void', step, value: Number.NaN })),
  ])
  await makeRun(saveDir, { name: 'silent_0', status: 'running' })
  const old = new Date(Date.now() - 250_000)
  fs.utimesSync(path.join(saveDir, 'silent_0/run.json'), old, old)
  await makeRun(saveDir, { name: 'damaged_0' })
  fs.writeFileSync(path.join(saveDir, 'damaged_0/run.json'), '{"format"')
  await makeRun(saveDir, { name: 'newer_0' })
  const newer = path.join(saveDir, 'newer_0/run.json')
  const said = JSON.parse(fs.readFileSync(newer, 'utf8')) as Record<string, unknown>
  fs.writeFileSync(newer, JSON.stringify({ ...said, format: 99 }))
  await makeRun(saveDir, { name: 'nograph_0' })
  fs.writeFileSync(path.join(saveDir, 'nograph_0/prov.json'), '{"entity"')
  const timed = { ...series, key: 'step_time', context: 'training', points: 3, lastStep: 2 }
  await makeRun(saveDir, { name: 'nopoints_0', head: { metrics: { shown: [timed], more: 0 } } })
  givePoints(path.join(saveDir, 'nopoints_0'), [{ rank: 0, key: 'step_time', step: 0, value: 1 }])
  fs.writeFileSync(path.join(saveDir, 'nopoints_0/metrics/part-000000000000.parquet'), 'no Parquet')
  await makeLarge(saveDir)
  browser = await openBrowser()
  ui = await startUi({ reader: openReader(saveDir), port: 0 })
}, 120_000)

afterAll(async () => {
  await browser?.close()
  await ui?.close()
  if (dir !== undefined) removeFolder(dir)
})

describe('the page says how it is', () => {
  inBrowser('where a run has no metrics, no graph, and ranks that told nothing', async () => {
    const { page } = await openPage(browser, `${ui.url}#/bare_0/overview`)
    await page.waitForSelector('.state:has-text("No metrics were logged")')
    await page.keyboard.press('2')
    await page.waitForSelector('.state:has-text("No metrics")')
    await page.keyboard.press('3')
    await page.waitForSelector('.under:has-text("log compute_time to see who makes the others wait")')
    await page.keyboard.press('4')
    await page.waitForSelector('[role=alert]:has-text("FILE_UNREADABLE")')
  })

  inBrowser('where a metric has one point, or none that is a number', async () => {
    const { page } = await openPage(browser, `${ui.url}#/few_0/curves`)
    await page.waitForSelector('.chart:has-text("once"):has-text("one point") canvas')
    await page.waitForSelector('.chart:has-text("void") .state:has-text("All 3 points of it are NaN")')
  })

  inBrowser('where a run is said to go on and nobody has written for minutes', async () => {
    const { page } = await openPage(browser, `${ui.url}#/silent_0/overview`)
    const banner = page.locator('.banner:has-text("No sign of life for 4 min")')
    await banner.waitFor()
    expect(await banner.textContent()).toMatch(/provloom recover .*silent_0/)
  })

  inBrowser('where runs are damaged or of a newer version: the others are shown', async () => {
    const { page } = await openPage(browser, ui.url)
    await page.waitForSelector('table.runs')
    expect(await page.locator('table.runs tbody tr').count()).toBe(6)
    for (const run of ['damaged_0', 'newer_0']) await page.waitForSelector(`main :text("${run}")`)
  })

  inBrowser('what of a run cannot be read, in words, beside the numbers that lack it', async () => {
    const { page } = await openPage(browser, `${ui.url}#/nograph_0/environment`)
    await page.waitForSelector('h1:has-text("What it ran in cannot be read")')
    const banner = page.locator('.banner:has-text("FILE_UNREADABLE")')
    expect(await banner.textContent()).toMatch(
      /^▲ The graph .*nograph_0.* cannot be read: hosts, environments, .*validate/,
    )
    await goTo(page, '#/nopoints_0/overview')
    await page.waitForSelector('.banner:has-text("curves, the pace and who is slow are not known")')
    await page.keyboard.press('3')
    await page.waitForSelector('.under:has-text("who is slow is not known: points cannot be read")')
  })

  inBrowser(
    'which of 1,024 ranks is slow and which is lost: by name, and by the pixels of its row',
    async () => {
      const { page } = await openPage(browser, `${ui.url}#/large_0/ranks`)
      const names = page.locator('.heat-names button')
      await names.first().waitFor()
      expect(await names.allTextContents()).toEqual(['288 lost', '613 slow'])
      await page.waitForFunction(
        () => document.querySelector<HTMLCanvasElement>('.heat canvas')?.height === 512,
      )
      const odd = await page.evaluate(() => {
        const canvas = document.querySelector<HTMLCanvasElement>('.heat canvas')!
        const { data } = canvas.getContext('2d')!.getImageData(canvas.width - 2, 0, 1, canvas.height)
        const shades = Array.from({ length: canvas.height }, (_, row) =>
          data.slice(row * 4, row * 4 + 3).join(','),
        )
        const usual = shades[0]
        return shades.flatMap((one, row) => (one === usual ? [] : [row]))
      })
      expect(odd).toContain(Math.floor(613 / 2))
      expect(odd.filter((row) => row !== 306 && row !== 144)).toEqual([])
      // The address holds the chosen one: by the keyboard to the next that stands out, and back.
      await page.keyboard.press('j')
      await page.keyboard.press('j')
      await page.waitForSelector('h3:has-text("Rank 288")')
      expect(page.url()).toContain('rank=288')
    },
  )

  inBrowser(
    'that a token is missing, that it is wrong, and that nothing is asked by a strange name',
    async () => {
      const context = await browser.newContext()
      onTestFinished(() => context.close())
      const page = await context.newPage()
      const bare = ui.url.replace(/\?.*/, '')
      expect((await page.goto(bare))?.status()).toBe(401)
      await page.waitForSelector('h1:has-text("needs its token")')
      const wrong = await page.goto(`${bare}?token=${'0'.repeat(32)}`)
      expect(wrong?.status()).toBe(401)
      const evil = await page.request.get(bare, { headers: { host: 'evil.example' } })
      expect([evil.status(), await evil.json()]).toMatchObject([403, { error: { code: 'HOST_REFUSED' } }])
    },
  )
})
