// Sheets of small pictures of a movie, found by the address of its thumbnail: what is made of the same bytes stands
// side by side at one address, which never changes.

export interface SpriteSheet {
  url: string;
  columns: number;
  rows: number;
  count: number;
  /** Width by height of a tile. */
  ratio: number;
}

interface Manifest {
  sprites?: { columns: number; rows: number; count: number; tile_width: number; tile_height: number };
  outputs: { name: string; url: string }[];
}

const sheets = new Map<string, Promise<SpriteSheet | undefined>>();

async function read(manifestUrl: string): Promise<SpriteSheet | undefined> {
  const response = await fetch(manifestUrl, { credentials: "same-origin" });
  if (!response.ok) return undefined;
  const { sprites, outputs } = (await response.json()) as Manifest;
  const sheet = outputs.find(({ name }) => name === "sprites");
  if (sprites === undefined || sheet === undefined) return undefined;
  const { columns, rows, count, tile_width, tile_height } = sprites;
  return { url: sheet.url, columns, rows, count, ratio: tile_width / Math.max(1, tile_height) };
}

/** The sheet of what this is the picture of; undefined when that is no movie, or it can't be read now. */
export function spriteSheetOf(thumbnailUrl: string): Promise<SpriteSheet | undefined> {
  const manifestUrl = thumbnailUrl.replace(/\/thumbnail(\?.*)?$/, "/manifest");
  let sheet = sheets.get(manifestUrl);
  if (sheet === undefined) {
    sheet = read(manifestUrl).catch(() => {
      sheets.delete(manifestUrl);
      return undefined;
    });
    sheets.set(manifestUrl, sheet);
  }
  return sheet;
}

/** The address of a picture that is at least so many pixels wide. */
export function pictureUrl(thumbnailUrl: string, width: number): string {
  return `${thumbnailUrl}${thumbnailUrl.includes("?") ? "&" : "?"}width=${String(width)}`;
}
