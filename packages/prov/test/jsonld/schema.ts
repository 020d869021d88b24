import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { corpusText } from '../support/corpus.ts'

const schema: unknown = JSON.parse(corpusText('schemas/prov-jsonld.schema.json'))

/**
 * The submission's schema, formats on, as a function that tells what is wrong. It is not written for strict mode: its
 * `pattern`s stand without `type`, and one definition's `$id` is no fragment that JSON Schema allows.
 */
export function schemaErrors(text: string): string[] {
  const valid = validate(JSON.parse(text))
  return valid ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

const validate = compiled()

function compiled(): ReturnType<Ajv['compile']> {
  const ajv = new Ajv({ strict: false, allErrors: false })
  addFormats.default(ajv)
  return ajv.compile(withoutInnerIds(schema))
}

/** `$id: "#/definitions/DateTime"` says where a definition stands, which a validator knows by itself. */
function withoutInnerIds(node: unknown): Record<string, unknown> {
  const cleaned: unknown = JSON.parse(JSON.stringify(node), (key: string, value: unknown) =>
    key === '$id' && typeof value === 'string' && value.startsWith('#') ? undefined : value,
  )
  if (typeof cleaned !== 'object' || cleaned === null) throw new Error('the schema is no object')
  return { ...cleaned }
}
