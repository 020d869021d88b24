/**
 * The key of a relation in PROV-JSON: `_:` and ten or eleven digits to base 36, decided by its ends alone. So it is the same
 * at every rendering, after every restart and in whatever order things came, and nothing has to be remembered for it. Keys
 * are of one kind of relation: of a hundred thousand, two are alike once in a million documents.
 *
 * The hash is cyrb53: two multiply-xor lanes of 32 bits, 53 bits of which are kept.
 */
export function relationKey(ends: string): string {
  let one = 0xdeadbeef
  let other = 0x41c6ce57
  for (let at = 0; at < ends.length; at++) {
    const unit = ends.charCodeAt(at)
    one = Math.imul(one ^ unit, 2_654_435_761)
    other = Math.imul(other ^ unit, 1_597_334_677)
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(other ^ (other >>> 13), 3_266_489_909)
  other = Math.imul(other ^ (other >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909)
  return `_:${(4_294_967_296 * (2_097_151 & other) + (one >>> 0)).toString(36)}`
}
