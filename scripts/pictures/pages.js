// Pages of `provloom ui` as pictures, by the browser of this machine.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { chromium } from 'playwright-core'
import { command } from './runs.js'

const browserPath = process.env.CHROMIUM ?? '/usr/bin/chromium'
const demo = 'mnist-softmax'
const size = { width: 1280, height: 800 }

/** Name, address behind `#`, theme, and what is there when the page is whole. */
const views = [
  ['overview', '/digits_0/overview', 'light', '.cells'],
  ['curves', '/digits_0/curves?ranks=11', 'light', '.chart canvas'],
  ['ranks', '/digits_0/ranks', 'dark', '.heat-names button'],
  ['graph', '/digits_0/graph?at=softmax_2.pkl', 'dark', '[data-id].chosen'],
  ['failed', `/${demo}_6/overview`, 'light', '.timeline'],
  ['compare', `/compare?a=${demo}_3&b=${demo}_0`, 'light', 'table.diff'],
  [
    'runs',
    `/?query=experiment:${demo}&sort=-accuracy&marked=${demo}_3,${demo}_0,${demo}_5`,
    'light',
    '.scatter',
  ],
]

/** @param home whose folder the page names with ~ */
export async function pictures(saveDir, home, into) {
  const server = await serve(saveDir, home)
  const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] })
  try {
    for (const [name, hash, theme, whole] of views) {
      const context = await browser.newContext({ viewport: size, colorScheme: theme, reducedMotion: 'reduce' })
      const page = await context.newPage()
      await page.goto(`${server.url}#${hash}`)
      await page.waitForSelector(whole)
      await page.waitForLoadState('networkidle')
      await page.waitForFunction(() => document.fonts.status === 'loaded')
      const png = await page.screenshot({ animations: 'disabled' })
      fs.writeFileSync(path.join(into, `${name}.webp`), await webpOf(page, png))
      await context.close()
    }
  } finally {
    await browser.close()
    server.child.kill('SIGTERM')
  }
}

/** A fifth of the bytes, and the letters are as sharp. */
async function webpOf(page, png) {
  await page.goto('about:blank')
  const text = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const canvas = document.createElement('canvas')
    canvas.width = image.width
    canvas.height = image.height
    canvas.getContext('2d').drawImage(image, 0, 0)
    return canvas.toDataURL('image/webp', 0.9).split(',')[1]
  }, png.toString('base64'))
  return Buffer.from(text, 'base64')
}

function serve(saveDir, home) {
  const child = spawn(process.execPath, [command, 'ui', saveDir, '--port', '0', '--json'], {
    env: { ...process.env, HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => reject(new Error('provloom ui has ended')))
    child.stdout.once('data', (line) => resolve({ child, url: JSON.parse(String(line)).url }))
  })
}
