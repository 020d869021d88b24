import { expect, it } from 'vitest'
import { labelled, values } from './support/look.ts'
import { RunScript, textOf } from './support/run.ts'

const version = 'CPython 3.11.4'

it('a package without a version has a package URL without one', () => {
  const run = new RunScript().open().admit(0)
  run.log(0, [{ type: 'environment', version, packages: { unkn: '' } }])
  const document = run.graph.document()
  expect(labelled(document, 'SoftwareApplication', 'unkn')).toEqual(['run:package.unkn'])
  expect(values(document, 'run:package.unkn', 'identifier')).toEqual(['pkg:pypi/unkn'])
  expect(values(document, 'run:package.unkn', 'softwareVersion')).toEqual([])
})

it('spellings that PyPI takes for one name are one package, whichever comes first', () => {
  const environments = [{ 'Ruamel.Yaml': '1' }, { ruamel_yaml: '1' }, { 'ruamel-yaml': '2' }]
  const texts = [environments, environments.toReversed()].map((all) => {
    const run = new RunScript().open().admit(0).admit(1).admit(2)
    for (const packages of all)
      run.log(environments.indexOf(packages), [{ type: 'environment', version, packages }])
    const document = run.graph.document()
    expect(values(document, 'run:package.ruamel-yaml.1', 'identifier')).toEqual(['pkg:pypi/ruamel-yaml@1'])
    expect(values(document, 'run:package.ruamel-yaml.1', 'name')).toEqual(['Ruamel.Yaml'])
    return textOf(run.graph)
      .match(/"run:package[^}]*/g)
      ?.toSorted()
  })
  expect(texts[0]).toEqual(texts[1])
})
