// Lists come in pages with an opaque cursor. Nothing here knows how they are fetched.

export interface Page<T> {
  data: T[];
  next_cursor?: string | null;
  total?: number | null;
}

export function nextCursor<T>(page: Page<T>): string | undefined {
  return page.next_cursor ?? undefined;
}

/**
 * The rows of all pages in order, each once: a row that moves between two pages because someone changed it while they
 * were read would otherwise stand in the list twice. Rows without an id need `keyOf`.
 */
export function flattenPages<T extends { id: string }>(pages: readonly Page<T>[]): T[];
export function flattenPages<T>(pages: readonly Page<T>[], keyOf: (row: T) => string | number): T[];
export function flattenPages<T>(pages: readonly Page<T>[], keyOf = (row: T): string | number => (row as { id: string }).id): T[] {
  const seen = new Set<string | number>();
  const rows: T[] = [];
  for (const page of pages) {
    for (const row of page.data) {
      const key = keyOf(row);
      if (seen.has(key)) continue;
      seen.add(key);
      rows.push(row);
    }
  }
  return rows;
}

/** Reads a list to its end; a cursor that comes twice would never end and is an error of the server. */
export async function collectPages<T>(fetchPage: (cursor: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const rows: T[] = [];
  const seen = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await fetchPage(cursor);
    rows.push(...page.data);
    cursor = nextCursor(page);
    if (cursor !== undefined) {
      if (seen.has(cursor)) throw new Error("The server gave the same cursor twice.");
      seen.add(cursor);
    }
  } while (cursor !== undefined);
  return rows;
}

/** Whether to ask for the next page: the view has come within `ahead` rows of the end of what is loaded. */
export function wantsNextPage(lastVisible: number, loaded: number, hasMore: boolean, loading: boolean, ahead = 60): boolean {
  return hasMore && !loading && lastVisible >= loaded - ahead;
}
