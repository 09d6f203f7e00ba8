import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import type { Version, VersionFile } from "@/api/schema";
import { pictureUrl } from "@/lib/sprite_sheets";
import { ErrorBoundary } from "@/ui/ErrorBoundary";
import { HoverScrub } from "@/ui/HoverScrub";
import { Icon } from "@/ui/icon/Icon";
import { manifestQuery, previewsQuery } from "./media_queries";
import { MoviePlayer } from "./MoviePlayer";
import styles from "./media.module.css";
import { NoPreview } from "./NoPreview";
import { useWhenMade } from "./use_when_made";
import { isModel } from "./model_formats";
import type { Preview } from "./preview_types";
import { SoundPlayer } from "./SoundPlayer";

const Turntable = lazy(() => import("./Turntable"));

interface VersionViewerProps {
  version: Pick<Version, "id" | "preview_state" | "preview_error">;
  /** The first files of the version, among which a model may be shown in the browser. */
  files: readonly VersionFile[];
  mayRemake: boolean;
}

const KIND_ICONS: Record<string, string> = { image: "image", sequence: "film", movie: "film", sound: "sound", scene: "cube" };

function Movie({ preview }: { preview: Preview }) {
  const { data } = useQuery({ ...manifestQuery(preview.manifest_url ?? ""), enabled: preview.manifest_url !== null });
  const output = (name: string) => data?.outputs.find((each) => each.name === name);
  const proxy = output("proxy");
  if (data === undefined || proxy === undefined) return <Picture preview={preview} />;
  if (data.kind === "sound") {
    return <SoundPlayer key={proxy.url} url={proxy.url} waveform={output("waveform")?.url} duration={data.duration ?? 0} name={preview.path} />;
  }
  return <MoviePlayer key={proxy.url} manifest={data} url={proxy.url} poster={output("poster")?.url} name={preview.path} />;
}

function Picture({ preview }: { preview: Preview }) {
  return (
    <div className={styles.stage}>
      {preview.thumbnail_url === null ? (
        <Icon name={KIND_ICONS[preview.kind ?? ""] ?? "file"} size={32} />
      ) : (
        <img src={pictureUrl(preview.thumbnail_url, 1280)} srcSet={`${pictureUrl(preview.thumbnail_url, 2048)} 2x`} alt={`Preview of ${preview.path}`} />
      )}
    </div>
  );
}

function Shown({ preview, versionId, mayRemake }: { preview: Preview; versionId: string; mayRemake: boolean }) {
  if (preview.state === "failed") {
    return <NoPreview versionId={versionId} path={preview.pattern ?? preview.path} why={preview.error} mayRemake={mayRemake} />;
  }
  if (preview.state === "pending") {
    return (
      <div className={styles.stage} role="status">
        <Icon name={KIND_ICONS[preview.kind ?? ""] ?? "image"} size={32} />
        <p className={styles.dim}>The preview is being made.</p>
      </div>
    );
  }
  return preview.kind === "movie" || preview.kind === "sequence" || preview.kind === "sound" ? <Movie preview={preview} /> : <Picture preview={preview} />;
}

/** What there is to see of a version: pictures, movies, models. */
export function VersionViewer({ version, files, mayRemake }: VersionViewerProps) {
  const { data: previews } = useQuery(previewsQuery(version.id));
  useWhenMade(version.id, previews);
  const [chosen, setChosen] = useState<string>();
  const visible = (previews ?? []).filter(({ state }) => state !== "none");
  const model = files.find(({ path }) => isModel(path));
  const shown = visible.find(({ file_id }) => file_id === chosen) ?? visible.find(({ role }) => role === "preview") ?? visible[0];
  const asModel = model !== undefined && (chosen === "model" || (chosen === undefined && (shown === undefined || shown.kind === "scene")));
  if (model === undefined && shown === undefined) {
    if (previews === undefined) return <div className={styles.stage} />;
    if (version.preview_state === "failed") return <NoPreview versionId={version.id} why={version.preview_error} mayRemake={mayRemake} />;
    return (
      <div className={styles.stage} data-empty>
        <Icon name="image" size={32} />
        <p className={styles.dim}>There is nothing to see in these files.</p>
      </div>
    );
  }
  return (
    <div className={styles.viewer}>
      {asModel ? (
        <ErrorBoundary fallback={(error) => <div className={styles.stage}><Icon name="warning" size={32} /><p>{error.message}</p></div>}>
          <Suspense fallback={<div className={styles.stage}><Icon name="cube" size={32} /></div>}>
            <Turntable key={model.id} file={model} files={files} />
          </Suspense>
        </ErrorBoundary>
      ) : (
        shown !== undefined && <Shown key={shown.file_id} preview={shown} versionId={version.id} mayRemake={mayRemake} />
      )}
      {visible.length + (model === undefined ? 0 : 1) > 1 && (
        <ul className={styles.strip} aria-label="What there is to see">
          {model !== undefined && (
            <li>
              <button type="button" aria-pressed={asModel} title={model.path} onClick={() => { setChosen("model"); }}>
                <Icon name="rotate" size={20} label={`Model ${model.path}`} />
              </button>
            </li>
          )}
          {visible.slice(0, 40).map((preview) => (
            <li key={preview.file_id}>
              <button
                type="button"
                title={preview.path}
                aria-label={preview.path}
                aria-pressed={!asModel && preview === shown}
                onClick={() => { setChosen(preview.file_id); }}
              >
                {preview.thumbnail_url === null ? (
                  <Icon name={preview.state === "failed" ? "warning" : (KIND_ICONS[preview.kind ?? ""] ?? "file")} size={20} />
                ) : (
                  <HoverScrub thumbnailUrl={preview.thumbnail_url}>
                    <img src={pictureUrl(preview.thumbnail_url, 160)} alt="" loading="lazy" />
                  </HoverScrub>
                )}
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
