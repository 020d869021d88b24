// The package's public face: the calls of a training.
export * from './client/index.ts'
