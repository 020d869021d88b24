/// <reference lib="dom" />
import fs from 'node:fs'
import { chromium as driver } from 'playwright-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { chromium } from '../../support/needs.ts'

export async function openBrowser(): Promise<Browser> {
  return await driver.launch({ executablePath: chromium!, args: ['--no-sandbox'] })
}

export interface Opened {
  readonly page: Page
  readonly context: BrowserContext
  /** What the browser complained of, and what it asked of other origins: nothing. */
  readonly complaints: string[]
}

export interface Look {
  readonly width?: number
  readonly dark?: boolean
  /** An error that the server is asked for is told by the browser too. */
  readonly mayFail?: boolean
}

/** A page of a browser of its own, in which whatever it complains of is kept. */
export async function openPage(browser: Browser, url: string, look: Look = {}): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: look.width ?? 1280, height: 900 },
    colorScheme: look.dark === true ? 'dark' : 'light',
    reducedMotion: 'reduce',
    acceptDownloads: true,
  })
  onTestFinished(() => context.close())
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    const text = message.text()
    if (message.type() === 'error' || message.type() === 'warning')
      complaints.push(`${text} ${message.location().url}`)
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('request', (request) => {
    const { origin } = new URL(request.url())
    if (origin !== new URL(url).origin && !request.url().startsWith('blob:')) complaints.push(request.url())
  })
  await page.goto(url)
  return { page, context, complaints }
}

/** A file that a click makes the browser save. */
export async function savedBy(
  page: Page,
  click: () => Promise<void>,
): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), click()])
  return { name: download.suggestedFilename(), bytes: fs.readFileSync(await download.path()) }
}

export async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((to) => {
    location.hash = to
  }, hash)
}

/** Nothing lies beyond the right edge. */
export async function expectNoSidewaysScrolling(page: Page, where: string): Promise<void> {
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(beyond, where).toBeLessThanOrEqual(0)
}

/** Every button, link and field has a name; every picture has words. */
export async function nameless(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const named = (one: Element): boolean =>
      (one.textContent ?? '').trim() !== '' ||
      ['aria-label', 'title', 'placeholder'].some((name) => (one.getAttribute(name) ?? '') !== '') ||
      one.closest('label') !== null
    return [...document.querySelectorAll('button, a[href], input, select, [role=img], [role=button]')]
      .filter((one) => !named(one))
      .map((one) => one.outerHTML.slice(0, 120))
  })
}

/** Texts whose contrast with what is behind them is below 4.5 to 1 (WCAG 2.2, 1.4.3). */
export async function faint(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const parts = (colour: string): number[] => (colour.match(/[\d.]+/g) ?? []).map(Number)
    const light = (colour: readonly number[]): number => {
      const [r = 0, g = 0, b = 0] = colour.slice(0, 3).map((value) => {
        const part = value / 255
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const behind = (one: Element | null): number[] => {
      for (let at = one; at !== null; at = at.parentElement) {
        const colour = parts(getComputedStyle(at).backgroundColor)
        if (colour.length === 3 || (colour[3] ?? 0) > 0.5) return colour
      }
      return [255, 255, 255]
    }
    const found = new Set<string>()
    for (const one of document.querySelectorAll('main *, header *, footer *')) {
      const own = [...one.childNodes].some(
        (node) => node.nodeType === 3 && (node.textContent ?? '').trim() !== '',
      )
      // Of drawings it is not known what lies behind a word.
      if (!own || one.closest('svg') !== null || one.getClientRects().length === 0) continue
      const [a, b] = [light(parts(getComputedStyle(one).color)), light(behind(one))]
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
      if (ratio < 4.5)
        found.add(`${ratio.toFixed(2)} ${one.className} ${(one.textContent ?? '').slice(0, 40)}`)
    }
    return [...found]
  })
}
