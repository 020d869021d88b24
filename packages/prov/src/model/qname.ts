/** A qualified name (PROV-DM 5.7.1). Identity is the IRI (namespace + local part); the prefix is only how it is written. */
export interface QName {
  readonly prefix: string
  readonly namespace: string
  readonly local: string
}

/** Makes a name; an empty `prefix` means "written under the default namespace". */
export function qname(prefix: string, namespace: string, local: string): QName {
  return { prefix, namespace, local }
}

/** The IRI that a name stands for. */
export function iriOf(name: QName): string {
  return name.namespace + name.local
}

/** Whether two names stand for the same IRI, however they are written. */
export function sameName(a: QName, b: QName): boolean {
  return a === b || (a.local === b.local && a.namespace === b.namespace) || iriOf(a) === iriOf(b)
}

/** `prefix:local` as the name carries it, for people; writers choose prefixes that are declared. */
export function labelOf(name: QName): string {
  return name.prefix === '' ? name.local : `${name.prefix}:${name.local}`
}
