/** A count of records; a bigint where no number holds it exactly. */
export type Count = number | bigint

/** Two counts together, exactly. */
export function add(one: Count, other: Count): Count {
  if (typeof one === 'number' && typeof other === 'number') {
    const sum = one + other
    if (Number.isSafeInteger(sum)) return sum
  }
  return BigInt(one) + BigInt(other)
}
