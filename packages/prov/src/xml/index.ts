export { readXml } from './reader.ts'
