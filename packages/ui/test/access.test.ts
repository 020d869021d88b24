import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { folder, makeRun } from '../../reader/test/support/runs.ts'
import { ask, bodyOf, serve } from './support/server.ts'

const wrong = { error: { code: 'TOKEN_WRONG' } }

describe('who may ask', () => {
  it('is nobody without the token, or with another one', async () => {
    const ui = await serve(folder())
    for (const address of ['/api/runs', '/api/about', '/page.js', '/', '/nothing', '/api/live?run=x']) {
      expect((await ask(ui, address, { bare: true })).status, address).toBe(401)
      const headers = { authorization: `Bearer ${'0'.repeat(32)}`, cookie: 'provloom_00000000=x' }
      const answer = await ask(ui, address, { bare: true, headers })
      expect(answer.status, address).toBe(401)
      expect(bodyOf(answer)).toMatchObject(wrong)
    }
    expect((await ask(ui, '/?token=0', { bare: true })).status).toBe(401)
  })

  it('is whoever opens the printed address: the token becomes a cookie that no script sees, and leaves the address', async () => {
    const ui = await serve(folder())
    const { pathname, search, searchParams } = new URL(ui.url)
    expect(searchParams.get('token')).toMatch(/^[0-9a-f]{32}$/)
    const first = await ask(ui, `${pathname}${search}`, { bare: true })
    expect(first.status).toBe(302)
    expect(first.headers.location).toBe('./')
    const [cookie = ''] = first.headers['set-cookie'] ?? []
    expect(cookie).toMatch(/^provloom_[0-9a-f]{8}=[0-9a-f]{32}; Path=\/; HttpOnly; SameSite=Strict$/)
    const headers = { cookie: cookie.split(';')[0]! }
    expect((await ask(ui, '/api/runs', { bare: true, headers })).status).toBe(200)
    expect((await ask(ui, '/', { bare: true, headers })).text).toContain('<div id="page">')
  })

  it('is told by two servers of one machine apart, whose cookies a browser sends to both', async () => {
    const [one, other] = [await serve(folder()), await serve(folder())]
    const cookieOf = async (ui: typeof one): Promise<string> =>
      (await ask(ui, `/?token=${ui.token}`, { bare: true })).headers['set-cookie']![0]!.split(';')[0]!
    const headers = { cookie: `${await cookieOf(one)}; ${await cookieOf(other)}` }
    expect((await ask(one, '/api/runs', { bare: true, headers })).status).toBe(200)
    expect((await ask(other, '/api/runs', { bare: true, headers })).status).toBe(200)
  })

  it('is no page elsewhere whose name leads here', async () => {
    const ui = await serve(folder(), { allowHosts: ['proxy.example.org'] })
    const statusOf = async (host: string): Promise<number> =>
      (await ask(ui, '/api/runs', { headers: { host } })).status
    for (const host of [
      'evil.example',
      'evil.example:8642',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
    ])
      expect(await statusOf(host), host).toBe(403)
    for (const host of [
      `127.0.0.1:${ui.port}`,
      'localhost:9000',
      '[::1]:8642',
      'PROXY.example.org',
      'proxy.example.org:443',
    ])
      expect(await statusOf(host), host).toBe(200)
    expect(bodyOf(await ask(ui, '/api/runs', { headers: { host: 'evil.example' } }))).toMatchObject({
      error: { code: 'HOST_REFUSED', hint: expect.stringContaining('--allow-host evil.example') as string },
    })
  })

  it('can do nothing but read', async () => {
    const ui = await serve(folder())
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])
      expect((await ask(ui, '/api/runs', { method })).status, method).toBe(405)
    expect((await ask(ui, '/api/runs', { method: 'HEAD' })).status).toBe(200)
  })

  it('goes on after a restart with a token that was made before', async () => {
    const token = '0123456789abcdef0123456789abcdef'
    const ui = await serve(folder(), { token })
    expect(ui.url).toContain(token)
    await expect(serve(folder(), { token: 'short' })).rejects.toMatchObject({ code: 'BAD_OPTION' })
  })
})

describe('what is answered', () => {
  it('lets a browser load from nowhere else, guess no types, and tell nobody where it was', async () => {
    const ui = await serve(folder())
    for (const address of ['/', '/api/runs', '/nothing', '/api/runs/none']) {
      const { headers } = await ask(ui, address)
      expect(headers['content-security-policy'], address).toContain("default-src 'self'")
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['referrer-policy']).toBe('no-referrer')
      expect(headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  it('is asked for on loopback only', async () => {
    const ui = await serve(folder())
    expect(new URL(ui.url).hostname).toBe('127.0.0.1')
    expect(ui.tunnel).toContain(`ssh -L ${ui.port}:127.0.0.1:${ui.port} `)
  })

  it('comes from the next free port where one is taken', async () => {
    const first = await serve(folder())
    const second = await serve(folder(), { port: first.port! })
    expect(second.port).toBeGreaterThan(first.port!)
  })

  it('comes over a socket that is its owner’s alone, which takes the place of one nobody answers at', async () => {
    const dir = folder()
    const socket = path.join(dir, 's')
    const ui = await serve(dir, { socket })
    expect(fs.statSync(socket).mode & 0o777).toBe(0o600)
    expect(ui.tunnel).toContain(`:${socket} `)
    expect((await ask(ui, '/api/runs', { socketPath: socket, headers: { host: 'localhost' } })).status).toBe(
      200,
    )
    await expect(serve(dir, { socket })).rejects.toMatchObject({ code: 'BIND_FAILED' })
    fs.writeFileSync(path.join(dir, 'file'), '')
    await expect(serve(dir, { socket: path.join(dir, 'file') })).rejects.toMatchObject({
      code: 'BIND_FAILED',
    })
    expect(fs.existsSync(path.join(dir, 'file'))).toBe(true)
  })

  it('is what lies in a run’s directory, whatever path is asked for', async () => {
    const dir = folder()
    const runs = path.join(dir, 'prov')
    await makeRun(runs, { name: 'digits_0' })
    await makeRun(dir, { name: 'outside_0' })
    fs.writeFileSync(path.join(dir, 'secret'), 'secret')
    fs.symlinkSync(path.join(dir, 'secret'), path.join(runs, 'digits_0/link'))
    fs.writeFileSync(path.join(runs, 'digits_0/log.html'), '<script>alert(1)</script>')
    const ui = await serve(runs)
    const file = (said: string): Promise<{ readonly status: number; readonly text: string }> =>
      ask(ui, `/api/runs/digits_0/file?path=${encodeURIComponent(said)}`)
    for (const said of [
      '../../secret',
      '/etc/passwd',
      'link',
      '..',
      path.join(dir, 'secret'),
      '../../secret\0.html',
    ]) {
      const answer = await file(said)
      expect(answer.status, said).toBe(403)
      expect(answer.text).not.toContain('root:')
    }
    expect((await file('none')).status).toBe(404)
    for (const run of [
      '..%2Foutside_0',
      '%2E%2E%2Foutside_0',
      encodeURIComponent(path.join(dir, 'outside_0')),
    ]) {
      expect((await ask(ui, `/api/runs/${run}/file?path=run.json`)).status, run).toBe(404)
      expect((await ask(ui, `/api/runs/${run}`)).status, run).toBe(404)
      expect((await ask(ui, `/api/live?run=${run}`)).status, run).toBe(404)
      expect((await ask(ui, `/api/diff?a=digits_0&b=${run}`)).status, run).toBe(404)
    }
    expect((await ask(ui, `/api/lineage?file=${encodeURIComponent('../secret')}`)).status).toBe(403)
    const html = await ask(ui, '/api/runs/digits_0/file?path=log.html')
    expect(html.headers['content-type']).toBe('text/plain; charset=utf-8')
    const saved = await ask(ui, '/api/runs/digits_0/file?path=log.html&save=1')
    expect(saved.headers['content-disposition']).toBe("attachment; filename*=UTF-8''log.html")
  })
})
