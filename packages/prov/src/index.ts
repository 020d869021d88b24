// The package's public face: everything that users of the package may name.
export * from './model/index.ts'
export * from './json/index.ts'
export * from './provn/index.ts'
export * from './xml/index.ts'
export * from './io/index.ts'
export * from './validate/index.ts'
export * from './merge/index.ts'
export * from './draw/index.ts'
