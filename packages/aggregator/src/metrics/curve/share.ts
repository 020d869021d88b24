/** Of the parts' bytes, curves are at most one in so many. */
export const curveShare = 10
