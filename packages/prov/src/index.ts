// The package's public face: the model, PROV-JSON, validation, merging. It loads nothing of others and runs in a browser; the
// other formats and the drawing have doors of their own.
export * from './model/index.ts'
export * from './json/index.ts'
export * from './io/index.ts'
export * from './validate/index.ts'
export * from './remark/index.ts'
export * from './merge/index.ts'
