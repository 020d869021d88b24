import { describe, expect, test } from 'vitest'
import { DocumentBuilder, double, int, labelOf, name, prov, qname, text } from '@provloom/prov'
import { describeMixed, mixedRecords, writeTrig, writeTurtle, type Mixed } from '@provloom/prov/turtle'

const ex = (local: string) => qname('ex', 'http://example.org/', local)
const [T1, T2] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z']

function mixed(build: (builder: DocumentBuilder) => unknown): [string, string, readonly string[]][] {
  const builder = new DocumentBuilder().namespace('ex', 'http://example.org/')
  build(builder)
  return mixedRecords(builder.build()).map(({ id, about, values }) => [labelOf(id), about, values])
}

describe('records of one identifier that PROV-O mixes are told', () => {
  test('where two activities have other times', () => {
    expect(
      mixed((b) => b.activity(ex('a'), { startTime: T1 }).activity(ex('a'), { startTime: T2, endTime: T2 })),
    ).toEqual([['ex:a', 'startTime', [T1, T2]]])
  })

  test('where one name is an entity and an agent, and an attribute could be of either', () => {
    expect(mixed((b) => b.entity(ex('x'), [[ex('n'), int(1)]]).agent(ex('x')))).toEqual([
      ['ex:x', 'kind', ['an entity', 'an agent']],
    ])
  })

  test('where attributes contradict each other', () => {
    const twice = mixed((b) =>
      b
        .entity(ex('e'), [
          [ex('n'), int(1)],
          [ex('same'), text('s')],
        ])
        .entity(ex('e'), [
          [ex('n'), int(2)],
          [ex('same'), text('s')],
        ]),
    )
    expect(twice).toEqual([['ex:e', 'ex:n', ['"1"', '"2"']]])
  })

  test('where relations of one identifier have other ends, or are of several kinds', () => {
    expect(
      mixed((b) => b.used(ex('a'), ex('e'), { id: ex('u') }).used(ex('a'), ex('f'), { id: ex('u') })),
    ).toEqual([['ex:u', 'entity', ['ex:e', 'ex:f']]])
    expect(
      mixed((b) =>
        b.used(ex('a'), ex('e'), { id: ex('u') }).wasGeneratedBy(ex('e'), ex('a'), { id: ex('u') }),
      ),
    ).toEqual([['ex:u', 'kind', ['a usage', 'a generation']]])
  })

  test('which are told in words: several entities', () => {
    const builder = new DocumentBuilder()
      .wasDerivedFrom(ex('e'), ex('a'), {}, { id: ex('d') })
      .wasDerivedFrom(ex('f'), ex('a'), {}, { id: ex('d') })
    expect(mixedRecords(builder.build()).map(describeMixed)).toEqual([
      expect.stringContaining('ex:d has several generated entities: ex:e and ex:f'),
    ])
  })

  test('for each bundle by itself, by its name', () => {
    const builder = new DocumentBuilder().activity(ex('a'), { startTime: T1 })
    builder.bundle(ex('one')).activity(ex('a'), { startTime: T2 })
    builder.bundle(ex('two')).activity(ex('b'), { endTime: T1 }).activity(ex('b'), { endTime: T2 })
    const found = mixedRecords(builder.build())
    expect(found.map(describeMixed)).toEqual([
      `In bundle ex:two: ex:b has several end times: ${T1} and ${T2}. In PROV-O it is one resource that says all of it, and which record said what is lost.`,
    ])
  })

  test('in few words and in little time, however many there are', () => {
    const builder = new DocumentBuilder()
    for (let at = 0; at < 20_000; at++)
      builder.activity(ex('a'), { startTime: `${2000 + at}-01-01T00:00:00Z` })
    const before = process.cpuUsage()
    const [found] = mixedRecords(builder.build())
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(1)
    expect(found?.values).toHaveLength(20_000)
    expect(found?.why).toContain('2005-01-01T00:00:00Z and 19994 more.')
  })

  test('by the writers, once, when asked to', () => {
    const heard: (readonly Mixed[])[] = []
    const document = new DocumentBuilder()
      .activity(ex('a'), { startTime: T1 })
      .activity(ex('a'), { startTime: T2 })
      .build()
    for (const write of [writeTurtle, writeTrig]) write(document, { mixed: (found) => heard.push(found) })
    expect(heard).toHaveLength(2)
    expect(heard[0]).toMatchObject([{ about: 'startTime', records: [{}, {}] }])
  })
})

describe('nothing is told', () => {
  test.each<[string, (builder: DocumentBuilder) => unknown]>([
    [
      'of types, which add up',
      (b) =>
        b.entity(ex('e'), [[prov('type'), name(ex('A'))]]).entity(ex('e'), [[prov('type'), name(ex('B'))]]),
    ],
    ['of an entity that is an agent, without attributes', (b) => b.entity(ex('e')).agent(ex('e'))],
    [
      'of what one record says and another leaves open',
      (b) => b.activity(ex('a'), { startTime: T1 }).activity(ex('a'), { endTime: T2 }),
    ],
    [
      'of one time in two zones',
      (b) =>
        b.activity(ex('a'), { startTime: T1 }).activity(ex('a'), { startTime: '2026-01-01T01:00:00+01:00' }),
    ],
    [
      'of one value written in two ways',
      (b) => b.entity(ex('e'), [[ex('n'), double(1)]]).entity(ex('e'), [[ex('n'), double(1.0)]]),
    ],
    [
      'of relations without identifier',
      (b) => b.used(ex('a'), ex('e'), { time: T1 }).used(ex('a'), ex('e'), { time: T2 }),
    ],
    [
      'of several values in one record',
      (b) =>
        b.entity(ex('e'), [
          [ex('n'), int(1)],
          [ex('n'), int(2)],
        ]),
    ],
  ])('%s', (_, build) => {
    expect(mixed(build)).toEqual([])
  })

  test('by the writers of a document without contradictions', () => {
    const document = new DocumentBuilder().entity(ex('e')).build()
    writeTurtle(document, { mixed: () => expect.unreachable() })
  })
})
