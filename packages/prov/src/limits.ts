/** What of a stranger's document is refused, whatever its format. The other bounds are in @provloom/shared, which this package does not know. */

/** Objects, lists and elements inside each other: PROV-JSON needs seven levels, PROV-XML four, and recursion must end. */
export const depthMax = 32
