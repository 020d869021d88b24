import { expect, test } from 'vitest'
import {
  bool,
  dateTime,
  double,
  DocumentBuilder,
  int,
  name,
  prov,
  qname,
  text,
  writeJson,
} from '@provloom/prov'
import { provJsonErrors } from '../../../../test/support/w3c-schemas.ts'

const ex = (local: string) => qname('ex', 'http://example.org/', local)

test('a document of every kind of record and value passes the schema of the submission, formats on', () => {
  const time = '2026-01-31T12:00:00.000Z'
  const builder = new DocumentBuilder()
  const values = [
    text('a'),
    text('b', 'fr'),
    int(1),
    int(2n ** 70n),
    double(-0),
    double(Number.NaN),
    bool(false),
    dateTime(time),
    name(prov('Plan')),
  ]
  builder.entity(
    ex('e'),
    values.map((value) => [ex('x'), value]),
  )
  builder
    .activity(ex('a'), { startTime: time, endTime: time })
    .agent(ex('g'), [[prov('type'), name(prov('Person'))]])
  builder.wasGeneratedBy(ex('e'), ex('a'), { time }).used(ex('a'), ex('e'), { time, id: ex('u') })
  builder.wasInformedBy(ex('a'), ex('b')).wasStartedBy(ex('a'), { trigger: ex('e') }, { time })
  builder.wasEndedBy(ex('a'), { ender: ex('b') }).wasInvalidatedBy(ex('e'), ex('a'))
  builder.wasDerivedFrom(ex('e'), ex('f'), { activity: ex('a') }).wasAttributedTo(ex('e'), ex('g'))
  builder
    .wasAssociatedWith(ex('a'), ex('g'), ex('p'))
    .actedOnBehalfOf(ex('g'), ex('h'))
    .wasInfluencedBy(ex('e'), ex('f'))
  builder.specializationOf(ex('e'), ex('f')).alternateOf(ex('e'), ex('f')).hadMember(ex('c'), ex('e'))
  builder.bundle(ex('bundle')).entity(ex('e')).mentionOf(ex('e'), ex('f'), ex('bundle'))
  expect(provJsonErrors(writeJson(builder.build()))).toEqual([])
})

test('the schema has something to say, so that its silence means something', () => {
  expect(provJsonErrors('{ "used": { "ex:u": { "prov:time": "now" } } }')).not.toEqual([])
})
