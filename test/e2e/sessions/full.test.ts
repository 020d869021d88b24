import { expect, it } from 'vitest'
import { ranks, site } from '../../support/site.ts'
import { describeOnSmallDisk, smallDisk } from '../../support/small-disk.ts'
import { ways } from './ways.ts'

const script = `
import provloom
provloom.start_run("www.example.org", "e")
for step in range(30_000):
    provloom.log_metric("loss", step, step=step)
    if step % 1_000 == 999: provloom.log_param("p%d" % (step // 1_000), step)
print(provloom.end_run())
`

const thousands = (count: number): string => count.toLocaleString('en-US')

describeOnSmallDisk('a spool disk that is full to the end', () => {
  it.each(ways)(
    'takes all params, and each point is stored or counted as dropped, which is told, under %s',
    async (way, startIt) => {
      const here = site({ PROVLOOM_SPOOL_ROOT: `${smallDisk(300).root}/spools` })
      const result = await startIt(here, here.script('t.py', script)).ended
      expect([result.code, result.stdout], result.stderr).toEqual([0, 'True\n'])
      await here.gone()
      const runs = here.runs()
      expect(runs.map((run) => [run.name, ranks(run)])).toEqual([['e_0', ['0 0 completed']]])
      const { graph, file } = runs[0]!
      const { sent, stored, dropped } = file.ledger.total
      expect([graph.violations(), stored + dropped]).toEqual([[], sent])
      const points = Number(graph.each(graph.labelled('loss'), 'rows')[0])
      const params = Array.from({ length: 30 }, (_, i) => graph.each(graph.labelled(`p${i}`), 'value')[0])
      expect(params).toEqual(Array.from({ length: 30 }, (_, i) => String(1_000 * i + 999)))
      expect([dropped > 0, points + dropped]).toEqual([true, 30_000])
      for (const type of ['Run', 'RankExecution'])
        expect(graph.each(graph.ofType(type), 'eventsDropped')).toEqual([`${dropped}`])
      expect(result.stderr).toContain(`${thousands(dropped)} logs of e were not recorded`)
      if (way === 'provloom run') expect(result.stderr).toContain(`stored + ${thousands(dropped)} dropped`)
    },
  )
})
