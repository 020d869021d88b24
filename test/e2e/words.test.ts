import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { site } from '../support/site.ts'

const script = `
import os, provloom
provloom.start_run("www.example.org", "e")
provloom.log_source_code(__file__)
provloom.end_run()
`

describe('what is amiss', () => {
  it('with the source is counted once, the same in summary, run.json and graph', async () => {
    const here = site()
    const tools = path.join(here.dir, 'tools')
    fs.mkdirSync(tools)
    fs.writeFileSync(path.join(tools, 'git'), '#!/bin/sh\necho "fatal: no answer" >&2\nexit 128\n', {
      mode: 0o755,
    })
    const env = { PATH: `${tools}:${here.env['PATH']}` }
    const file = here.script('t.py', script)
    const { code, stderr } = await here.start('provloom', ['run', '--', 'python3', file], { env }).ended
    expect(code, stderr).toBe(0)
    const [run] = here.runs()
    const told = run!.graph.value(run!.graph.ofType('Run')[0]!, 'problems')
    expect(
      run!.graph.ofType('SoftwareSourceCode').filter((one) => run!.graph.value(one, 'problem')),
    ).toHaveLength(1)
    expect([run!.file.problems, Number(told)]).toEqual([1, 1])
    expect(run!.file.problemKinds).toMatchObject([{ code: 'SOURCE', count: 1 }])
    expect(stderr).toMatch(/e_0 completed .*, 1 problem\n/)
    expect(stderr).toMatch(/ {2}problem {3}SOURCE 1: .*\n {12}try: run git status/)
  })
})
