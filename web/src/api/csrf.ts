// The server puts a token into a cookie that only this site's scripts can read; sending it back in a header proves
// that an unsafe request was made by a page of this site.

const NAMES = ["__Host-bifrost_csrf", "bifrost_csrf"];
const SAFE = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

export function csrfToken(cookies: string): string | undefined {
  const values = new Map<string, string>();
  for (const part of cookies.split(";")) {
    const equals = part.indexOf("=");
    if (equals > 0) values.set(part.slice(0, equals).trim(), part.slice(equals + 1).trim());
  }
  // Over https only the cookie with the prefix counts: another host of the domain can't have set it.
  for (const name of NAMES) {
    const value = values.get(name);
    if (value !== undefined && value !== "") return decodeURIComponent(value);
  }
  return undefined;
}

export function withCsrf(request: Request, cookies: string): Request {
  if (SAFE.has(request.method)) return request;
  const token = csrfToken(cookies);
  if (token !== undefined) request.headers.set("X-CSRF-Token", token);
  return request;
}
