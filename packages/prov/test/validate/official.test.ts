import { validate } from '@provloom/prov'
import { readProvn } from '@provloom/prov/provn'
import { readXml } from '@provloom/prov/xml'
import { describe, expect, it } from 'vitest'
import { dataFiles, dataText } from '../../../../test/support/data.ts'

const files = dataFiles('prov-constraints', '.provn').filter((file) => /-(success|fail)\d+\./.test(file))

const NO_KEY_OF_USAGES =
  'The Recommendation has uniqueness constraints for generations (24), invalidations (25), starts (26) and ends (27), and none for usages: an activity may use one entity many times. W3C kept usage-f5 to f7 as documents that pass.'

/** Where we hold against the name of a file, and why. */
const DISAGREEMENTS: ReadonlyMap<string, string> = new Map([
  ['unification/usage-fail1', NO_KEY_OF_USAGES],
  ['unification/usage-fail5', NO_KEY_OF_USAGES],
  ['unification/usage-fail6', NO_KEY_OF_USAGES],
  ['unification/usage-fail7', NO_KEY_OF_USAGES],
  [
    'unification/delegation-fail4',
    "Definition 4 lets the activity of a delegation that is left out expand (only a derivation's activity and a plan do not), so it unifies with the activity that the other record of this identifier names. W3C's suite has no such failing case.",
  ],
  [
    'unification/delegation-success4',
    'The responsible agent of a delegation is mandatory (PROV-DM 5.3.4) and PROV-N has no marker for it, so the statement with "-" there is none. The same holds of delegation-fail5, where the file agrees.',
  ],
])

function shortName(file: string): string {
  return file.replace('prov-constraints/', '').replace('.provn', '')
}

describe('documents with a verdict in their name', () => {
  const agreed = files.filter((file) => !DISAGREEMENTS.has(shortName(file)))

  it('are all there', () => {
    expect(files).toHaveLength(86)
    expect(agreed).toHaveLength(80)
  })

  it.each(agreed)('%s is as it says', (file) => {
    expect(validate(readProvn(dataText(file))).length === 0).toBe(file.includes('-success'))
  })

  it.each([...DISAGREEMENTS])('%s is not as it says: %s', (name) => {
    const found = validate(readProvn(dataText(`prov-constraints/${name}.provn`)))
    expect(found.length === 0).toBe(name.includes('-fail'))
  })

  it('have the same verdict in XML', () => {
    const differing = files.filter((file) => {
      const inXml = validate(readXml(dataText(file.replace('.provn', '.xml'))))
      return (inXml.length === 0) !== (validate(readProvn(dataText(file))).length === 0)
    })
    expect(differing).toEqual([])
  })

  it.each([
    ['type/type-fail1', 55],
    ['type/type-fail3', 54],
    ['type/type-fail4', 53],
    ['unification/end-fail4', 27],
    ['unification/generation-fail5', 23],
    ['unification/specialization-fail4', 52],
    ['unification/mention-fail4', 'PROV-LINKS'],
    ['unification/membership-fail1', 'PROV-DM'],
  ])('%s fails by %s', (name, constraint) => {
    const found = validate(readProvn(dataText(`prov-constraints/${name}.provn`)))
    expect(found.map((violation) => violation.constraint)).toContain(constraint)
  })
})

describe('documents without a verdict in their name', () => {
  const others = dataFiles('prov-constraints', '.provn').filter((file) => !files.includes(file))
  // Each of these has a derivation that runs against another derivation or a specialization.
  const cyclic = ['ordering/derivation2', 'ordering/specialization4']

  it.each(others)('%s has the verdict that its statements call for', (file) => {
    const found = validate(readProvn(dataText(file)))
    expect(found.map(({ constraint }) => constraint)).toEqual(cyclic.includes(shortName(file)) ? [42] : [])
  })
})
