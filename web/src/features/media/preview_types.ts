// Previews as the API tells of them.

export interface Preview {
  file_id: string;
  path: string;
  role: string;
  pattern: string | null;
  frames: string | null;
  kind: "image" | "sequence" | "movie" | "sound" | "scene" | "other" | null;
  state: "none" | "pending" | "ready" | "failed";
  error: string | null;
  thumbnail_url: string | null;
  manifest_url: string | null;
}

export interface Sprites {
  columns: number;
  rows: number;
  count: number;
  /** Frames from tile to tile. */
  step: number;
  tile_width: number;
  tile_height: number;
}

export interface Manifest {
  kind: "image" | "sequence" | "movie" | "sound" | "scene";
  format: string;
  width?: number;
  height?: number;
  colour_space?: string | null;
  rate?: string | null;
  first_frame?: number;
  frame_count?: number;
  duration?: number;
  codec?: string | null;
  has_sound?: boolean;
  sprites?: Sprites;
  outputs: { name: "thumbnail" | "poster" | "proxy" | "sprites" | "waveform"; width: number; height: number; media_type: string; url: string }[];
}
