import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Browser, Request } from 'playwright-core'
import { openReader } from '@provloom/reader'
import { removeFolder } from '@provloom/shared'
import { startUi } from '@provloom/ui'
import { makeRun } from '../../packages/reader/test/support/runs.ts'
import { bin, repository, start } from '../support/cli.ts'
import { chromium, named } from '../support/needs.ts'
import { goTo, openBrowser, openPage } from './support/browser.ts'

const training = path.join(repository, 'test/browser/support/training.py')

let dir: string
let browser: Browser

const inBrowser = (text: string, test: () => Promise<void>): void => {
  it.skipIf(chromium === undefined)(named(text, chromium !== undefined, 'no Chromium'), test)
}

beforeAll(async () => {
  if (chromium === undefined) return
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'provloom-live-'))
  browser = await openBrowser()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  if (dir !== undefined) removeFolder(dir)
})

/** Behind which a question for what is new asks. */
async function cursorOf(request: Request): Promise<string | undefined> {
  const said = new URL(request.url()).searchParams.get('since')
  return said ?? (await request.allHeaders())['last-event-id']
}

describe('the page fills by itself', () => {
  inBrowser('says what to do where there are no runs, and fills by itself', async () => {
    const empty = path.join(dir, 'empty')
    const own = await startUi({ reader: openReader(empty), port: 0 })
    onTestFinished(() => own.close())
    const { page } = await openPage(browser, own.url)
    await page.waitForSelector('pre:has-text("provloom run")')
    await makeRun(empty, { name: 'digits_0' })
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
      const { page, context } = await openPage(browser, first.url)
      const ids: string[] = []
      const network = await context.newCDPSession(page)
      await network.send('Network.enable')
      network.on('Network.eventSourceMessageReceived', ({ eventId }) => void ids.push(eventId))
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
      const cursors = [...ids]
      await page.waitForSelector('.no-answer:has-text("trying again")')
      const gone = await step()
      expect(gone).toBeGreaterThan(before)
      const resumed: Promise<string | undefined>[] = []
      page.on('response', (response) => {
        if (/\/(?:live|changes)\?.*watch=[^&]*head/.test(response.url()))
          resumed.push(cursorOf(response.request()))
      })
      const second = await startUi({ reader, port: first.port!, token })
      onTestFinished(() => second.close())
      await page.waitForSelector('.no-answer', { state: 'detached' })
      await page.waitForFunction(
        (than) => Number(/Step (\d+)/.exec(document.querySelector('h1')?.textContent ?? '')?.[1]) > than,
        gone,
      )
      // It goes on behind the last that it was told, not from the begin.
      expect(cursors.length).toBeGreaterThan(0)
      expect(await resumed[0]).toBe(cursors.at(-1))
      // What happened is there once, though another server told it from the cursor on.
      const told = await page.locator('table.events tr').allTextContents()
      expect(new Set(told).size).toBe(told.length)
      run.child.kill('SIGTERM')
      await run.ended
      await page.waitForSelector('.status:not(:has-text("live"))')
    },
  )
})
