export { describeRemark, type Remark, type RemarkCode } from './remark.ts'
export { remarks } from './remarks.ts'
