// Series as streams declare them.
export { IdTable } from './id-table.ts'
export { placeDeclaration } from './declaration.ts'
export type { DeclarationPlacing } from './declaration.ts'
