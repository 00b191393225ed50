/** The version of this front end; a test holds it against package.json. */
export const PACKAGE_VERSION = '0.1.0';

/** The version of the REST interface that this front end speaks. */
export const API_VERSION = 1;
