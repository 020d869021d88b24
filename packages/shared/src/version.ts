/** Of all packages and the Python client: a test holds them together. */
export const version = '0.1.0'
