// What callers say: apart from what reads and writes triples, so that who uses these types needs no types of n3.

export type RdfFormat = 'turtle' | 'trig'

/** What to do with a name that is no IRI: refuse it (the default), or percent-encode it, which makes it another name. */
export type OddIris = 'refuse' | 'encode'

/** What to do with statements that are not PROV's: refuse the document (the default), or leave them out. */
export type Foreign = 'refuse' | 'skip'
