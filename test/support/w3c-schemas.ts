import { Ajv } from 'ajv'
import Draft4 from 'ajv-draft-04'
import addFormats from 'ajv-formats'
import { dataText } from './data.ts'

/** What the schema of the W3C PROV-JSON submission says against a document, formats on. It misspells one key. */
export function provJsonErrors(text: string): string[] {
  const ajv = new Draft4.default({ strict: false, allErrors: true })
  addFormats.default(ajv)
  const schema = dataText('schemas/prov-json.schema.json').replaceAll('"wasEndedby"', '"wasEndedBy"')
  return errorsBy(ajv.compile(JSON.parse(schema) as object), text)
}

/**
 * The same of the PROV-JSONLD submission. It is not written for strict mode: its `pattern`s stand without `type`, and one
 * definition's `$id` is no fragment that JSON Schema allows: it says where a definition stands, which a validator knows.
 */
export function provJsonldErrors(text: string): string[] {
  provJsonld ??= compiledJsonld()
  return errorsBy(provJsonld, text)
}

type Validate = ReturnType<Ajv['compile']>

let provJsonld: Validate | undefined

function compiledJsonld(): Validate {
  const ajv = new Ajv({ strict: false, allErrors: false })
  addFormats.default(ajv)
  const withoutInnerIds: unknown = JSON.parse(
    dataText('schemas/prov-jsonld.schema.json'),
    (key: string, value: unknown) =>
      key === '$id' && typeof value === 'string' && value.startsWith('#') ? undefined : value,
  )
  return ajv.compile(withoutInnerIds as object)
}

function errorsBy(validate: Validate, text: string): string[] {
  const valid = validate(JSON.parse(text))
  return valid === true
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)
}
