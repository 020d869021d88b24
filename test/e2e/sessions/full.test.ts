import { expect, it } from 'vitest'
import { ranks, site } from '../../support/site.ts'
import { describeOnSmallDisk, smallDisk } from '../../support/small-disk.ts'
import { clients, scriptOf, ways } from './ways.ts'

const scripts = {
  Python: `
import provloom
provloom.start_run("www.example.org", "e")
for step in range(30_000):
    provloom.log_metric("loss", step, step=step)
    if step % 1_000 == 999: provloom.log_param("p%d" % (step // 1_000), step)
print(provloom.end_run())
`,
  TypeScript: `
p.startRun({ provUserNamespace: 'www.example.org', experimentName: 'e' })
for (let step = 0; step < 30_000; step++) {
  p.logMetric('loss', step, { step })
  if (step % 1_000 === 999) p.logParam('p' + Math.floor(step / 1_000), step)
}
console.log(await p.endRun())
`,
}
const table = clients.flatMap((client) => ways.map((way) => [client, ...way] as const))

const thousands = (count: number): string => count.toLocaleString('en-US')

describeOnSmallDisk('a spool disk that is full to the end', () => {
  it.each(table)(
    'takes all params, and each point is stored or counted as dropped, which is told: %s under %s',
    async (client, way, startIt) => {
      const here = site({ PROVLOOM_SPOOL_ROOT: `${smallDisk(300).root}/spools` })
      const result = await startIt(here, scriptOf(here, client, scripts[client])).ended
      expect([result.code, result.stdout.toLowerCase()], result.stderr).toEqual([0, 'true\n'])
      await here.gone()
      const runs = here.runs()
      expect(runs.map((run) => [run.name, ranks(run)])).toEqual([['e_0', ['0 0 completed']]])
      const { graph, file } = runs[0]!
      const { sent, stored, dropped } = file.ledger.total
      expect([graph.violations(), stored + dropped]).toEqual([[], sent])
      const points = Number(graph.each(graph.labelled('loss'), 'rows')[0])
      const params = Array.from({ length: 30 }, (_, i) => graph.each(graph.labelled(`p${i}`), 'value')[0])
      expect(params).toEqual(Array.from({ length: 30 }, (_, i) => String(1_000 * i + 999)))
      // What the agent itself could not write is told apart.
      const reasons = graph
        .each(graph.ofType('RankExecution'), 'droppedBy')
        .map((one) => [one, one.slice(one.lastIndexOf(' '))])
      const ofAgent = reasons.reduce(
        (sum, [reason = '', count]) => sum + (reason.startsWith('agent-') ? Number(count) : 0),
        0,
      )
      const logs = dropped - ofAgent
      expect([logs > 0, points + logs]).toEqual([true, 30_000])
      for (const type of ['Run', 'RankExecution'])
        expect(graph.each(graph.ofType(type), 'eventsDropped')).toEqual([`${dropped}`])
      expect(result.stderr).toContain(`${thousands(logs)} logs of e were not recorded`)
      if (way === 'provloom run') expect(result.stderr).toContain(`stored + ${thousands(dropped)} dropped`)
    },
  )
})
