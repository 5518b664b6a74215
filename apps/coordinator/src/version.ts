/** Version of this program; that of the root package. */
export const VERSION = '0.1.0';
