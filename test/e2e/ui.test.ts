import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { expect, it } from 'vitest'
import { folder, startProvloom } from '../support/cli.ts'
import { site } from '../support/site.ts'

const script = `
import provloom, time, os
provloom.start_run("www.example.org", "digits")
provloom.log_metric("loss", 0.5, step=0)
while not os.path.exists("enough"):
    time.sleep(0.05)
provloom.end_run()
`

function get(
  address: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const request = http.get(address, { headers, agent: false }, (response) => {
      let text = ''
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    request.on('error', reject)
  })
}

it('provloom ui serves the page and the answers until it is told to end', async () => {
  const dir = folder()
  const ui = startProvloom(['ui', path.join(dir, 'prov'), '--port', '0'])
  const [, url = ''] = await ui.seen(/open\s+(\S+)/)
  expect((await ui.seen(/ssh -L \d+:127\.0\.0\.1:\d+ /)).length).toBe(1)
  const { origin, searchParams } = new URL(url)
  const headers = { authorization: `Bearer ${searchParams.get('token')}` }
  expect((await get(origin)).status).toBe(401)
  expect((await get(`${origin}/page.js`, headers)).status).toBe(200)
  expect(JSON.parse((await get(`${origin}/api/runs`, headers)).text)).toMatchObject({ total: 0 })
  ui.child.kill('SIGTERM')
  expect(await ui.ended).toMatchObject({ code: 0, stderr: '' })
  expect(fs.existsSync(path.join(dir, 'prov'))).toBe(false)
})

it('provloom ui says what is wrong with how it is called', async () => {
  const ended = await startProvloom(['ui', '--port', 'many']).ended
  expect(ended.code).toBe(2)
  expect(ended.stderr).toContain('BAD_OPTION')
})

it('provloom run --ui has the page beside the run, and ends it with the run', async () => {
  const { dir, wrapped, script: write, gone } = site()
  const run = wrapped([write('train.py', script)], '-n', '1', '--ui')
  const [, url = ''] = await run.seen(/the page is at (\S+);/)
  const { origin, searchParams } = new URL(url)
  const headers = { authorization: `Bearer ${searchParams.get('token')}` }
  await expect
    .poll(async () => (await get(`${origin}/api/runs`, headers)).text, { timeout: 30_000 })
    .toContain('"status":"running"')
  fs.writeFileSync(path.join(dir, 'enough'), '')
  expect((await run.ended).code).toBe(0)
  await gone()
  await expect(get(origin)).rejects.toThrow()
})
